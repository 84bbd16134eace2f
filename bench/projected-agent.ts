// One agent's feed in the real read model, event by event as the projection applies it, without log and processes around.
import { AGENT_UPDATED, extractEvidence, foldTimeline, type DecodedUpdate } from '@libs/domain';
import { openReadModelWriter, openSqlite, type ReadModel, type Sql } from '@libs/read-models';
import { deepStrictEqual } from 'node:assert/strict';

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
    check: () => check(sql, applied),
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

async function check(sql: Sql, applied: readonly DecodedUpdate[]): Promise<void> {
  const { intervals } = foldTimeline(
    applied.map(({ eventId, fingerprint, data }) => extractEvidence(eventId, fingerprint, data)),
  );
  const rows = await sql.all<Readonly<Record<string, unknown>>>(
    `SELECT series.key, start_at, end_at, uncertain_from, inferred, sum_ms
     FROM status_interval AS one JOIN series ON series.series = one.series
     WHERE one.track = 0 ORDER BY ordinal`,
  );
  const sums = new Map<string, number>();
  const pure = intervals.status.map(({ key, start, end, uncertainFrom, inferred }) => {
    const before = sums.get(key) ?? 0;
    sums.set(key, before + (end ?? start) - start);
    return [key, start, end, uncertainFrom, inferred ? 1 : 0, before];
  });
  deepStrictEqual(rows.map(Object.values), pure, 'the status intervals of the agent');
}
