// Turns what the fold of one agent says into rows: new intervals with their prefix sums, ends of stored ones, gaps.
// Collects only; `addTo` hands over what the database must hold of it.
import {
  TRACKS,
  type Actor,
  type ClosedInterval,
  type FoldSink,
  type Gap,
  type OpenedInterval,
} from '@libs/domain';
import type { SqlValue } from '../sql.js';
import {
  addEnded,
  noSums,
  seriesKey,
  trackNumber,
  type AgentRecord,
  type SeriesSums,
} from './agent-record.js';
import type { NumberedEvidence } from './late-window.js';
import type { RowBatch } from './row-batch.js';

/** By which the evidence table finds an event. */
export type EventPlace = Pick<NumberedEvidence, 'event'> & {
  readonly evidence: Pick<NumberedEvidence['evidence'], 'at'>;
};

/** How an interval ended; nulls while it has not. */
export interface IntervalEnd {
  end: number | null;
  uncertainFrom: number | null;
  endEvent: EventPlace | null;
  endedBy: Actor | null;
}

interface IntervalRow extends IntervalEnd {
  readonly sums: SeriesSums;
  readonly start: number;
  readonly ordinal: number;
  readonly inferred: boolean;
  /** The values of a row not stored yet; null for one that is in the database. */
  readonly fresh: {
    before: SeriesSums;
    track: number;
    label: string;
    startEvent: EventPlace;
    startedBy: Actor | null;
  } | null;
}

export class AgentRows implements FoldSink {
  private readonly intervals: IntervalRow[] = [];
  private readonly ended: IntervalRow[] = [];
  private readonly newSeries: SqlValue[][] = [];
  private readonly gaps: SqlValue[][] = [];
  private readonly breaks: SqlValue[][] = [];
  private readonly attributes: SqlValue[][] = [];
  /** The last interval of each track, if it is open. */
  private readonly current: (IntervalRow | null)[];

  constructor(
    private readonly record: AgentRecord,
    private readonly eventOf: (eventId: string) => EventPlace,
    private readonly nextSeries: () => number,
  ) {
    this.current = record.state.tracks.map((state, track) => {
      if (!state.open) return null;
      const { start, key } = state.open;
      const unended = {
        end: null,
        uncertainFrom: null,
        endEvent: null,
        endedBy: null,
        inferred: false,
        fresh: null,
      };
      return { sums: this.sumsOf(track, key), start, ordinal: state.next - 1, ...unended };
    });
  }

  open(opened: OpenedInterval): void {
    const track = trackNumber(opened.track);
    const sums = this.sumsOf(track, opened.key);
    const { start, ordinal, label, inferred, startedBy } = opened;
    const fresh = {
      before: { ...sums },
      track,
      label,
      startEvent: this.eventOf(opened.startEventId),
      startedBy,
    };
    const unended = { end: null, uncertainFrom: null, endEvent: null, endedBy: null };
    const row: IntervalRow = { sums, start, ordinal, inferred, fresh, ...unended };
    sums.entries += 1;
    this.intervals.push(row);
    this.current[track] = row;
  }

  close(closed: ClosedInterval): void {
    const track = trackNumber(closed.track);
    const row = this.current[track];
    if (row?.ordinal !== closed.ordinal) throw new Error('The fold closed an interval that is not its last.');
    row.end = closed.end;
    row.uncertainFrom = closed.uncertainFrom;
    row.endEvent = this.eventOf(closed.endEventId);
    row.endedBy = closed.endedBy;
    addEnded(row.sums, row.start, closed.end, closed.uncertainFrom, row.inferred);
    if (row.fresh === null) this.ended.push(row);
    this.current[track] = null;
  }

  gap(gap: Gap): void {
    const { at, track, expected, found, eventId } = gap;
    const { event } = this.eventOf(eventId);
    this.gaps.push([this.record.agent, at, event, trackNumber(track), expected, found]);
  }

  chainBreak(at: number, eventId: string): void {
    this.breaks.push([this.record.agent, at, this.eventOf(eventId).event]);
  }

  attribute(name: string, at: number, value: unknown): void {
    this.attributes.push([this.record.agent, name, at, this.record.state.count, JSON.stringify(value)]);
  }

  /** The open interval of a track ends as it did before: by an event after the last one folded here. */
  endAs(track: number, { end, uncertainFrom, endEvent, endedBy }: IntervalEnd): void {
    const row = this.current[track];
    if (!row) throw new Error('Only an open interval can end.');
    Object.assign(row, { end, uncertainFrom, endEvent, endedBy });
    if (row.fresh === null) this.ended.push(row);
  }

  addTo(batch: RowBatch): void {
    for (const { end, uncertainFrom, endEvent, endedBy, sums, start, ordinal } of this.ended) {
      const ended = [end, uncertainFrom, ...placeOf(endEvent), endedBy];
      batch.update('status_interval', [...ended, sums.series, start, ordinal]);
    }
    for (const row of this.newSeries) batch.insert('series', row);
    for (const row of this.intervals) batch.insert('status_interval', this.intervalValues(row));
    for (const row of this.gaps) batch.insert('gap', row);
    for (const row of this.breaks) batch.insert('chain_break', row);
    for (const row of this.attributes) batch.insert('attribute', row);
  }

  private intervalValues(row: IntervalRow): SqlValue[] {
    const { sums, start, ordinal, end, uncertainFrom, inferred, fresh, endEvent, endedBy } = row;
    if (!fresh) throw new Error('Only a fresh interval is inserted.');
    const { before, track, label, startEvent, startedBy } = fresh;
    return [
      ...[sums.series, start, ordinal, end, uncertainFrom, inferred ? 1 : 0],
      ...[before.ms, before.entries, before.uncertainMs, before.inferredMs],
      ...[this.record.agent, track, label, ...placeOf(startEvent), ...placeOf(endEvent), startedBy, endedBy],
    ];
  }

  private sumsOf(track: number, key: string): SeriesSums {
    const name = seriesKey(track, key);
    let sums = this.record.series.get(name);
    if (!sums) {
      sums = noSums(this.nextSeries());
      this.record.series.set(name, sums);
      this.newSeries.push([sums.series, this.record.agent, track, key]);
    }
    return sums;
  }
}

function placeOf(event: EventPlace | null): [event: number | null, at: number | null] {
  return event === null ? [null, null] : [event.event, event.evidence.at];
}

/** Tracks by their number in rows. */
export function trackOfNumber(number: number): (typeof TRACKS)[number] {
  const track = TRACKS[number];
  if (!track) throw new Error(`There is no track number ${number}.`);
  return track;
}
