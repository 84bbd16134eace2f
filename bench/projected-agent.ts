// One agent's feed in the real read model, event by event as the projection applies it, without log and processes around.
import { AGENT_UPDATED, type DecodedUpdate } from '@libs/domain';
import { openReadModelWriter, openSqlite, type ReadModel } from '@libs/read-models';
import { checkIntervals } from './check-intervals.js';

const BATCH = 1_000;

export interface ProjectedAgent {
  /** One batch; gives the ms until it was committed. */
  apply(updates: readonly DecodedUpdate[]): Promise<number>;
  /** Throws where the status intervals differ from the pure fold of all that was applied. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** `file`: a new one. `onTime`: what the agent has already. */
export async function projectAgent(file: string, onTime: readonly DecodedUpdate[]): Promise<ProjectedAgent> {
  const sql = openSqlite(file, 'write');
  const model = await openReadModelWriter(sql);
  const applied: DecodedUpdate[] = [];
  const apply = (updates: readonly DecodedUpdate[]): Promise<number> => applyTo(model, applied, updates);
  for (let from = 0; from < onTime.length; from += BATCH) await apply(onTime.slice(from, from + BATCH));
  return {
    apply,
    check: () => checkIntervals(sql, applied),
    close: () => sql.close(),
  };
}

async function applyTo(
  model: ReadModel,
  applied: DecodedUpdate[],
  updates: readonly DecodedUpdate[],
): Promise<number> {
  const before = applied.length;
  const events = updates.map(({ stream, eventId, fingerprint, data }, index) => ({
    ...{ stream, revision: before + index, position: BigInt(before + index + 1), id: eventId },
    ...{ type: AGENT_UPDATED, data, metadata: { fingerprint }, recordedAt: Date.now() },
  }));
  applied.push(...updates);
  const expected = before === 0 ? null : BigInt(before);
  const began = performance.now();
  await model.apply({ events, expected, next: BigInt(applied.length) });
  return performance.now() - began;
}
