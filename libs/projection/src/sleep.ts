// A pause that an abort ends early. It never rejects: the caller looks at its signal.
import { setTimeout } from 'node:timers/promises';

export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => undefined);
}
