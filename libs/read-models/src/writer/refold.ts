// Takes an agent back to a moment before a late event: the rows that later events made are removed or reopened, and the
// events to fold again are returned. Rows go by the event that opened them (their ordinal), never by their start.
import { eventIdOf, initialFoldState, TRACKS, type Evidence, type FoldState } from '@libs/domain';
import type { Sql } from '../sql.js';
import { loadSeriesSums, type AgentRecord } from './agent-record.js';

/** An event of the batch or of the evidence table. */
export interface NumberedEvidence {
  readonly event: number;
  readonly evidence: Evidence;
  /** What the table holds of it; null if it is new. */
  readonly stored: { readonly rank: number; readonly hasState: boolean } | null;
}

interface EvidenceRow {
  event: number;
  at: number;
  rank: number;
  fingerprint: string;
  says: string;
  has_state: number;
}

/** Everything of `evidence` but what has a column of its own. */
export function saysOf(evidence: Evidence): string {
  return JSON.stringify({ ...evidence, fingerprint: undefined, eventId: undefined, at: undefined });
}

/** Resets the record and the rows to a stored state before `at`; returns the stored events after that state. */
export async function resumeBefore(sql: Sql, record: AgentRecord, at: number): Promise<NumberedEvidence[]> {
  const { agent } = record;
  const [resume] = await sql.all<{ at: number; state: string }>(
    'SELECT at, state FROM evidence WHERE agent = ? AND at < ? AND state IS NOT NULL ORDER BY at DESC LIMIT 1',
    [agent, at],
  );
  const state = resume ? (JSON.parse(resume.state) as FoldState) : initialFoldState();
  const resumeAt = resume?.at ?? Number.MIN_SAFE_INTEGER;
  const rows = await sql.all<EvidenceRow>(
    `SELECT event, at, rank, fingerprint, says, CASE WHEN state IS NULL THEN 0 ELSE 1 END AS has_state
     FROM evidence WHERE agent = ? AND at > ?`,
    [agent, resumeAt],
  );
  await removeLaterRows(sql, agent, state, resumeAt);
  record.state = state;
  record.series = await loadSeriesSums(sql, agent);
  return rows.map((row) => ({
    event: row.event,
    evidence: evidenceOf(row),
    stored: { rank: row.rank, hasState: row.has_state === 1 },
  }));
}

function evidenceOf({ at, fingerprint, says }: EvidenceRow): Evidence {
  const rest = JSON.parse(says) as Omit<Evidence, 'at' | 'fingerprint' | 'eventId'>;
  return { ...rest, at, fingerprint, eventId: eventIdOf(fingerprint) };
}

async function removeLaterRows(sql: Sql, agent: number, state: FoldState, resumeAt: number): Promise<void> {
  for (let track = 0; track < TRACKS.length; track += 1) {
    const { open = null, next = 0 } = state.tracks[track] ?? {};
    await sql.run('DELETE FROM interval WHERE agent = ? AND track = ? AND start_at >= ? AND ordinal >= ?', [
      agent,
      track,
      open?.start ?? Number.MIN_SAFE_INTEGER,
      next,
    ]);
    if (!open) continue;
    await sql.run(
      `UPDATE interval SET end_at = NULL, uncertain_from = NULL, end_event = NULL, ended_by = NULL
       WHERE agent = ? AND track = ? AND start_at = ? AND ordinal = ?`,
      [agent, track, open.start, next - 1],
    );
  }
  for (const table of ['gap', 'chain_break', 'attribute']) {
    await sql.run(`DELETE FROM ${table} WHERE agent = ? AND at > ?`, [agent, resumeAt]);
  }
}
