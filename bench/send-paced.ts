// Runs a paced load in a thread of its own, so that what measures does not slow down what is measured against the clock.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { PacedLoad, PacedResult } from './paced-sender.js';

/** `lines` in bodies of JSON arrays; those that do not fill one are left out. */
export function inBodies(lines: readonly Buffer[], perRequest: number): Uint8Array<ArrayBuffer>[] {
  const bodies: Uint8Array<ArrayBuffer>[] = [];
  for (let to = perRequest; to <= lines.length; to += perRequest) {
    const payloads = lines.slice(to - perRequest, to).map((line) => line.toString('utf8').trimEnd());
    bodies.push(new TextEncoder().encode(`[${payloads.join(',')}]`));
  }
  return bodies;
}

/** Throws when a payload was not appended, or an answer older than asked for. */
export async function sendPaced(
  load: Omit<PacedLoad, 'bodies'> & { readonly bodies: readonly Uint8Array<ArrayBuffer>[] },
): Promise<PacedResult> {
  const worker = new Worker(new URL('./paced-sender.js', import.meta.url), {
    workerData: load satisfies PacedLoad,
    transferList: load.bodies.map(({ buffer }) => buffer),
  });
  const [result] = (await once(worker, 'message')) as [PacedResult];
  return result;
}
