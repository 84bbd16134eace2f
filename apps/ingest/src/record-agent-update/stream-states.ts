// Where each agent's stream stands: its last revision and its greatest `at`. Remembered for the streams used last; one
// backward read restores another. It must never be trusted over the store: a conflict makes it forget.
import { z } from 'zod';
import { EventStoreError, type EventStore, type ExpectedRevision } from '@libs/event-store';

export interface StreamState {
  readonly revision: ExpectedRevision;
  /** Epoch ms; null for a stream without events. */
  readonly maxAt: number | null;
}

const zMetadata = z.object({ maxAt: z.number() });

export class StreamStates {
  /** In order of use, the one used longest ago first. */
  private readonly states = new Map<string, StreamState>();

  constructor(
    private readonly store: Pick<EventStore, 'readStream'>,
    private readonly capacity: number,
  ) {}

  /** The states of these streams; reads those that are not remembered. */
  async load(streams: Iterable<string>): Promise<Map<string, StreamState>> {
    const loaded = new Map<string, StreamState>();
    const cold: string[] = [];
    for (const stream of streams) {
      const state = this.states.get(stream);
      if (state === undefined) cold.push(stream);
      else loaded.set(stream, state);
    }
    await Promise.all(cold.map(async (stream) => loaded.set(stream, await this.read(stream))));
    return loaded;
  }

  remember(stream: string, state: StreamState): void {
    this.states.delete(stream);
    this.states.set(stream, state);
    if (this.states.size <= this.capacity) return;
    const [oldest] = this.states.keys();
    if (oldest !== undefined) this.states.delete(oldest);
  }

  forget(streams: Iterable<string>): void {
    for (const stream of streams) this.states.delete(stream);
  }

  private async read(stream: string): Promise<StreamState> {
    const [last] = await this.store.readStream(stream, { direction: 'backwards', limit: 1 });
    if (last === undefined) return { revision: 'noStream', maxAt: null };
    const metadata = zMetadata.safeParse(last.metadata);
    if (!metadata.success) {
      throw new EventStoreError(
        'store-corrupt',
        `event ${String(last.position)} has no maxAt in its metadata`,
      );
    }
    return { revision: last.revision, maxAt: metadata.data.maxAt };
  }
}
