// What the tables must hold: the pure fold of all events, in the shape in which `dumpTables` reads the tables.
import {
  eventIdOf,
  extractEvidence,
  foldTimeline,
  TRACKS,
  type DecodedUpdate,
  type Evidence,
  type Timeline,
} from '@libs/domain';
import type { Sql } from '../sql.js';

export interface PureAgent {
  readonly accountId: string;
  readonly agentId: string;
  readonly timeline: Timeline;
  readonly events: readonly { readonly at: number; readonly late: boolean }[];
}

/** By agent id, in the order of first arrival; the updates of one account. */
export function pureModel(updates: readonly DecodedUpdate[]): Map<string, PureAgent> {
  const accountId = updates[0]?.data.accountId ?? '';
  const evidences = new Map<string, Evidence[]>();
  for (const { eventId, fingerprint, data } of updates) {
    if (data.accountId !== accountId) throw new Error('a pure model holds one account');
    const own = evidences.get(data.agentId) ?? [];
    evidences.set(data.agentId, [...own, extractEvidence(eventId, fingerprint, data)]);
  }
  return new Map(
    [...evidences].map(([agentId, own]) => {
      const first = [
        ...new Map([...own].reverse().map((event) => [event.fingerprint, event])).values(),
      ].reverse();
      const inArrival = own.filter((event) => first.includes(event));
      let latest = -Infinity;
      const events = inArrival.map(({ at }) => {
        const late = at < latest;
        latest = Math.max(latest, at);
        return { at, late };
      });
      return [agentId, { accountId, agentId, timeline: foldTimeline(own), events }];
    }),
  );
}

/** One agent's rows, sums included, as plain values that do not depend on how the rows came about. */
export function expectedRows({ timeline }: PureAgent): Record<string, unknown> {
  const intervals = TRACKS.flatMap((track) => {
    const sums = new Map<string, [number, number, number, number]>();
    return timeline.intervals[track].map(
      ({ label, startEventId, endEventId, startedBy, endedBy, ...interval }) => {
        const { key, start, end, uncertainFrom, inferred, ordinal } = interval;
        const before = sums.get(key) ?? [0, 0, 0, 0];
        const ms = (end ?? start) - start;
        const uncertain = uncertainFrom === null ? 0 : (end ?? uncertainFrom) - uncertainFrom;
        sums.set(key, [
          before[0] + ms,
          before[1] + 1,
          before[2] + uncertain,
          before[3] + (inferred ? ms : 0),
        ]);
        const ids = [startEventId, endEventId, startedBy, endedBy];
        return [track, ordinal, key, label, start, end, uncertainFrom, inferred ? 1 : 0, ...before, ...ids];
      },
    );
  });
  const dated = (name: string, values: readonly { at: number; value: unknown }[]): unknown[] =>
    values.map(({ at, value }) => [name, at, JSON.stringify(value)]);
  return {
    intervals,
    gaps: timeline.gaps
      .map(({ at, track, expected, found, eventId }) => [at, track, expected, found, eventId])
      .sort(),
    chainBreaks: timeline.chainBreaks.map(({ at, eventId }) => [at, eventId]).sort(),
    attributes: [
      ...dated('deleted', timeline.deleted),
      ...dated('email', timeline.emails),
      ...dated('name', timeline.names),
      ...dated('teams', timeline.teams),
      ...dated('timeZone', timeline.timeZones),
    ],
  };
}

/** The rows of one agent in the shape of `expectedRows`. */
export async function storedRows(
  sql: Sql,
  { accountId, agentId }: Pick<PureAgent, 'accountId' | 'agentId'>,
): Promise<Record<string, unknown>> {
  const who = [accountId, agentId];
  const intervals = await sql.all<Record<string, unknown>>(
    `SELECT one.track, one.ordinal, series.key, one.label, one.start_at, one.end_at,
       one.uncertain_from, one.inferred, sum_ms, sum_entries, sum_uncertain, sum_inferred,
       opening.fingerprint AS opening, closing.fingerprint AS closing, started_by, ended_by
     FROM status_interval AS one JOIN series ON series.series = one.series JOIN agent ON agent.agent = one.agent
     JOIN evidence AS opening ON opening.agent = one.agent AND opening.at = start_event_at AND opening.event = start_event
     LEFT JOIN evidence AS closing ON closing.agent = one.agent AND closing.at = end_event_at AND closing.event = end_event
     WHERE account = ? AND agent_id = ? ORDER BY one.track, one.ordinal`,
    who,
  );
  const gaps = await sql.all<Record<string, unknown>>(
    `SELECT gap.at, track, expected, found, fingerprint FROM gap JOIN agent ON agent.agent = gap.agent
     JOIN evidence ON evidence.event = gap.event WHERE account = ? AND agent_id = ?`,
    who,
  );
  const breaks = await sql.all<Record<string, unknown>>(
    `SELECT chain_break.at, fingerprint FROM chain_break JOIN agent ON agent.agent = chain_break.agent
     JOIN evidence ON evidence.event = chain_break.event WHERE account = ? AND agent_id = ?`,
    who,
  );
  const attributes = await sql.all<Record<string, unknown>>(
    `SELECT attribute, at, value FROM attribute JOIN agent ON agent.agent = attribute.agent
     WHERE account = ? AND agent_id = ? ORDER BY attribute, at, n`,
    who,
  );
  const named = (values: unknown[], track: number | null, ids: readonly number[]): unknown[] => {
    const shown = [...values];
    if (track !== null) shown[track] = TRACKS[Number(values[track])];
    for (const index of ids)
      shown[index] = typeof values[index] === 'string' ? eventIdOf(values[index]) : null;
    return shown;
  };
  return {
    intervals: intervals.map((row) => named(Object.values(row), 0, [12, 13])),
    gaps: gaps.map((row) => named(Object.values(row), 1, [4])).sort(),
    chainBreaks: breaks.map((row) => named(Object.values(row), null, [1])).sort(),
    attributes: attributes.map((row) => Object.values(row)),
  };
}
