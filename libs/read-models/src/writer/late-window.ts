// What of an agent must be folded again because of late events: from a stored state before the first of them, up to one
// some way after the last, where the fold may come to stand as it stood before. Only reads.
import { initialFoldState, type Evidence, type FoldState } from '@libs/domain';
import { givenRows, givenTable } from '../given-rows.js';
import type { Sql } from '../sql.js';
import { loadSeriesSumsAt, type AgentRecord, type FoldPoint, type SeriesSums } from './agent-record.js';
import type { IncomingEvent } from './fold-agents.js';
import { unpackEvidence } from './packed-evidence.js';

/** An event of the batch or of the evidence table. */
export interface NumberedEvidence {
  readonly event: number;
  readonly evidence: Evidence;
  /** What the table holds of it; null if it is new. */
  readonly stored: { readonly rank: number; readonly hasState: boolean } | null;
}

/** An agent's events of a batch that do not all come after those it has. */
export interface LateEvents {
  readonly record: AgentRecord;
  readonly late: readonly IncomingEvent[];
}

export interface LateWindow extends LateEvents {
  /** Where the fold resumes. */
  readonly from: FoldPoint;
  /** Of `from`. */
  readonly series: Map<string, SeriesSums>;
  /** The stored events after `from`, all of them or those up to a stored state. */
  readonly stored: readonly NumberedEvidence[];
  /** By `at`: the states that are stored after the last late event. */
  readonly marks: ReadonlyMap<number, string>;
  /** More events are stored after those. */
  readonly hasMore: boolean;
}

interface EvidenceRow {
  agent: number;
  event: number;
  at: number;
  rank: number;
  fingerprint: string;
  says: string;
  has_state: number;
  mark: string | null;
}

/** `marks`: how many stored states after the last late event are read; null for all. */
export async function loadLateWindows(
  sql: Sql,
  all: readonly LateEvents[],
  marks: number | null,
): Promise<LateWindow[]> {
  if (all.length === 0) return [];
  const points = await loadPoints(sql, all);
  const bounds = marks === null ? new Map<number, number>() : await loadBounds(sql, all, marks);
  const rows = await loadEvents(sql, all, points, bounds);
  const series = await loadSeriesSumsAt(sql, [...points.values()]);
  return all.map(({ record, late }) => {
    const { agent } = record;
    const from = points.get(agent);
    if (!from) throw new Error('Every late agent has a point to resume from.');
    const own = rows.get(agent) ?? [];
    return {
      ...{ record, late, from, series: series.get(agent) ?? new Map<string, SeriesSums>() },
      stored: own.map((row) => ({
        event: row.event,
        evidence: unpackEvidence(row.at, row.fingerprint, row.says),
        stored: { rank: row.rank, hasState: row.has_state === 1 },
      })),
      marks: new Map(own.flatMap(({ at, mark }) => (mark === null ? [] : [[at, mark] as const]))),
      hasMore: bounds.has(agent),
    };
  });
}

const atsOf = (late: readonly IncomingEvent[]): number[] => late.map(({ evidence }) => evidence.at);

async function loadPoints(sql: Sql, all: readonly LateEvents[]): Promise<Map<number, FoldPoint>> {
  const rows = await sql.all<{ agent: number; at: number; state: string }>(
    `WITH ${givenTable(sql.dialect, 'asked', { agent: 'BIGINT', at: 'BIGINT' })}
     SELECT evidence.agent, evidence.at, evidence.state FROM asked CROSS JOIN evidence
     WHERE evidence.agent = asked.agent AND evidence.state IS NOT NULL AND evidence.at = (
       SELECT max(earlier.at) FROM evidence AS earlier
       WHERE earlier.agent = asked.agent AND earlier.at < asked.at AND earlier.state IS NOT NULL)`,
    [givenRows(all.map(({ record: { agent }, late }) => ({ agent, at: Math.min(...atsOf(late)) })))],
  );
  const found = new Map(rows.map((row) => [row.agent, row]));
  return new Map(
    all.map(({ record: { agent } }) => {
      const row = found.get(agent);
      if (!row) return [agent, { agent, at: Number.MIN_SAFE_INTEGER, state: initialFoldState() }];
      return [agent, { agent, at: row.at, state: JSON.parse(row.state) as FoldState }];
    }),
  );
}

/** By agent: the `at` of the last stored state that is read; no entry where all are. */
async function loadBounds(sql: Sql, all: readonly LateEvents[], marks: number): Promise<Map<number, number>> {
  const rows = await sql.all<{ agent: number; until: number | null }>(
    `WITH ${givenTable(sql.dialect, 'asked', { agent: 'BIGINT', at: 'BIGINT' })}
     SELECT asked.agent, (SELECT later.at FROM evidence AS later
       WHERE later.agent = asked.agent AND later.at > asked.at AND later.state IS NOT NULL
       ORDER BY later.at LIMIT 1 OFFSET ${marks - 1}) AS until FROM asked`,
    [givenRows(all.map(({ record: { agent }, late }) => ({ agent, at: Math.max(...atsOf(late)) })))],
  );
  return new Map(rows.flatMap(({ agent, until }) => (until === null ? [] : [[agent, until] as const])));
}

async function loadEvents(
  sql: Sql,
  all: readonly LateEvents[],
  points: ReadonlyMap<number, FoldPoint>,
  bounds: ReadonlyMap<number, number>,
): Promise<Map<number, EvidenceRow[]>> {
  const columns = { agent: 'BIGINT', at: 'BIGINT', latest: 'BIGINT', until: 'BIGINT' } as const;
  const rows = await sql.all<EvidenceRow>(
    `WITH ${givenTable(sql.dialect, 'asked', columns)}
     SELECT evidence.agent, evidence.event, evidence.at, evidence.rank, evidence.fingerprint, evidence.says,
       CASE WHEN evidence.state IS NULL THEN 0 ELSE 1 END AS has_state,
       CASE WHEN evidence.at > asked.latest THEN evidence.state END AS mark
     FROM asked CROSS JOIN evidence
     WHERE evidence.agent = asked.agent AND evidence.at > asked.at AND evidence.at <= asked.until`,
    [
      givenRows(
        all.map(({ record: { agent }, late }) => ({
          agent,
          at: points.get(agent)?.at ?? Number.MIN_SAFE_INTEGER,
          latest: Math.max(...atsOf(late)),
          until: bounds.get(agent) ?? Number.MAX_SAFE_INTEGER,
        })),
      ),
    ],
  );
  const byAgent = new Map<number, EvidenceRow[]>();
  for (const row of rows) {
    const own = byAgent.get(row.agent);
    if (own) own.push(row);
    else byAgent.set(row.agent, [row]);
  }
  return byAgent;
}
