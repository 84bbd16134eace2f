// Pulls the answers of one gRPC call, one by one or as many as are there; back-pressure reaches the server because
// nothing is taken before it is asked for. It must be put on a call at once, before anything can fail unheard.
import type { ClientReadableStream } from '@grpc/grpc-js';

export interface ResponseReceiver<T> {
  /** The next answer that is there already; null when there is none now. Throws what ended the call, after the last answer. */
  takeNow(): T | null;
  /** The next answer; null when the call has ended well. Throws what ended it otherwise. */
  next(): Promise<T | null>;
  /** Resolves when there may be more to take, when the call has ended, or after `ms`. */
  changed(ms?: number): Promise<void>;
  readonly ended: boolean;
  cancel(): void;
}

export function receiveResponses<T>(call: ClientReadableStream<T>): ResponseReceiver<T> {
  let failure: { readonly error: unknown } | null = null;
  let ended = false;
  let wake: () => void = () => undefined;

  // The listener stays for good: a call that is cancelled fails once more, with nobody else listening.
  call.on('error', (error: unknown) => {
    failure ??= { error };
    wake();
  });
  call.on('end', () => {
    ended = true;
    wake();
  });
  call.on('readable', () => wake());

  function takeNow(): T | null {
    const response = call.read() as T | null;
    if (response !== null) return response;
    if (failure !== null) throw failure.error;
    return null;
  }

  function changed(ms?: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(() => wake(), ms);
      wake = () => {
        clearTimeout(timer);
        wake = () => undefined;
        resolve();
      };
      if (ended || failure !== null) wake();
    });
  }

  async function next(): Promise<T | null> {
    for (;;) {
      const response = takeNow();
      if (response !== null) return response;
      if (ended) return null;
      await changed();
    }
  }

  return {
    takeNow,
    next,
    changed,
    get ended() {
      return ended;
    },
    cancel: () => call.cancel(),
  };
}
