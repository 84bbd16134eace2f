// Takes agents back to a moment before a late event: the rows that later events made are removed or reopened, and the
// events to fold again are returned. Rows go by the event that opened them (their ordinal), never by their start.
import { initialFoldState, TRACKS, type Evidence, type FoldState } from '@libs/domain';
import { givenRows, givenTable } from '../given-rows.js';
import type { Sql, SqlCondition, SqlRow } from '../sql.js';
import { loadSeriesSums, type AgentRecord, type SeriesSums } from './agent-record.js';
import { unpackEvidence } from './packed-evidence.js';

/** An event of the batch or of the evidence table. */
export interface NumberedEvidence {
  readonly event: number;
  readonly evidence: Evidence;
  /** What the table holds of it; null if it is new. */
  readonly stored: { readonly rank: number; readonly hasState: boolean } | null;
}

/** An agent, and the earliest late event that has come for it. */
export interface LateAgent {
  readonly record: AgentRecord;
  readonly at: number;
}

interface EvidenceRow {
  agent: number;
  event: number;
  at: number;
  rank: number;
  fingerprint: string;
  says: string;
  has_state: number;
}

/** A stored state, and the `at` of the event after which it was. */
interface Resume {
  readonly record: AgentRecord;
  readonly at: number;
  readonly state: FoldState;
}

/** Resets each record and its rows to a stored state before `at`; returns, by agent, the stored events after that state. */
export async function resumeBefore(
  sql: Sql,
  late: readonly LateAgent[],
): Promise<Map<number, NumberedEvidence[]>> {
  const stored = new Map<number, NumberedEvidence[]>();
  if (late.length === 0) return stored;
  const resumes = await loadResumes(sql, late);
  for (const row of await loadLaterEvents(sql, resumes)) {
    const event = {
      event: row.event,
      evidence: unpackEvidence(row.at, row.fingerprint, row.says),
      stored: { rank: row.rank, hasState: row.has_state === 1 },
    };
    const own = stored.get(row.agent);
    if (own) own.push(event);
    else stored.set(row.agent, [event]);
  }
  await removeLaterRows(sql, resumes);
  const series = await loadSeriesSums(
    sql,
    resumes.map(({ record }) => record.agent),
  );
  for (const { record, state } of resumes) {
    record.state = state;
    record.series = series.get(record.agent) ?? new Map<string, SeriesSums>();
  }
  return stored;
}

async function loadResumes(sql: Sql, late: readonly LateAgent[]): Promise<Resume[]> {
  const rows = await sql.all<{ agent: number; at: number; state: string }>(
    `WITH ${givenTable(sql.dialect, 'asked', { agent: 'BIGINT', at: 'BIGINT' })}
     SELECT evidence.agent, evidence.at, evidence.state FROM asked CROSS JOIN evidence
     WHERE evidence.agent = asked.agent AND evidence.state IS NOT NULL AND evidence.at = (
       SELECT max(earlier.at) FROM evidence AS earlier
       WHERE earlier.agent = asked.agent AND earlier.at < asked.at AND earlier.state IS NOT NULL)`,
    [givenRows(late.map(({ record, at }) => ({ agent: record.agent, at })))],
  );
  const found = new Map(rows.map((row) => [row.agent, row]));
  return late.map(({ record }) => {
    const row = found.get(record.agent);
    if (!row) return { record, at: Number.MIN_SAFE_INTEGER, state: initialFoldState() };
    return { record, at: row.at, state: JSON.parse(row.state) as FoldState };
  });
}

function loadLaterEvents(sql: Sql, resumes: readonly Resume[]): Promise<EvidenceRow[]> {
  return sql.all<EvidenceRow>(
    `WITH ${givenTable(sql.dialect, 'asked', { agent: 'BIGINT', at: 'BIGINT' })}
     SELECT evidence.agent, evidence.event, evidence.at, evidence.rank, evidence.fingerprint, evidence.says,
       CASE WHEN evidence.state IS NULL THEN 0 ELSE 1 END AS has_state
     FROM asked CROSS JOIN evidence WHERE evidence.agent = asked.agent AND evidence.at > asked.at`,
    [givenRows(resumes.map(({ record, at }) => ({ agent: record.agent, at })))],
  );
}

const LATER_INTERVALS: readonly SqlCondition[] = [
  ['agent', '='],
  ['track', '='],
  ['start_at', '>='],
  ['ordinal', '>='],
];
const LATER_FINDS: readonly SqlCondition[] = [
  ['agent', '='],
  ['at', '>'],
];
const REOPENED = ['end_at', 'uncertain_from', 'end_event', 'end_event_at', 'ended_by'] as const;

async function removeLaterRows(sql: Sql, resumes: readonly Resume[]): Promise<void> {
  const removed: SqlRow[] = [];
  const reopened: SqlRow[] = [];
  for (const { record, state } of resumes) {
    for (let track = 0; track < TRACKS.length; track += 1) {
      const { open = null, next = 0 } = state.tracks[track] ?? {};
      removed.push([record.agent, track, open?.start ?? Number.MIN_SAFE_INTEGER, next]);
      if (open) reopened.push([null, null, null, null, null, record.agent, track, open.start, next - 1]);
    }
  }
  await sql.remove('status_interval', LATER_INTERVALS, removed);
  await sql.update('status_interval', REOPENED, ['agent', 'track', 'start_at', 'ordinal'], reopened);
  const since = resumes.map(({ record, at }) => [record.agent, at]);
  for (const table of ['gap', 'chain_break', 'attribute']) await sql.remove(table, LATER_FINDS, since);
}
