// Mends kafkajs 2.2.4 (kafkajs#1556): with nothing waiting, each connection still looks at its queue once a millisecond,
// for ever, which costs a tenth of a core, and makes Node 24 warn of a negative timeout.
import { createRequire } from 'node:module';

interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly throttledUntil: number;
}

interface RequestQueuePrototype {
  scheduleCheckPendingRequests: (this: RequestQueue) => void;
}

const MENDED = Symbol('mended');

/** Once a process. Throws where the client is not the version this was made for. */
export function calmRequestQueue(): void {
  const require = createRequire(import.meta.url);
  const { prototype } = require('kafkajs/src/network/requestQueue') as {
    readonly prototype: RequestQueuePrototype & { [MENDED]?: true };
  };
  if (prototype[MENDED] === true) return;
  const schedule = prototype.scheduleCheckPendingRequests;
  if (typeof schedule !== 'function') throw new Error('this version of kafkajs is not known');
  prototype[MENDED] = true;
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    // Whatever joins the queue later is sent at once, or schedules a look itself.
    if (this.pending.length > 0 || this.throttledUntil > Date.now()) schedule.call(this);
  };
}
