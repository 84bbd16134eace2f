// A read model of the embedded engine, filled with true timelines instead of a log: the rows are the writer's own, made by
// its own code; only what reports never read is left out (evidence, the tracks that nobody asks for). Unsynced while it loads.
import { initialFoldState, type AttributeState, type Track } from '@libs/domain';
import { openSqlite, type Sql } from '@libs/read-models';
import type { TrueTimeline } from '@libs/simulator';
import type { AgentRecord } from '../../libs/read-models/src/writer/agent-record.js';
import { AgentRows } from '../../libs/read-models/src/writer/agent-rows.js';
import {
  LABEL_COLUMNS,
  LABEL_HISTORY_COLUMNS,
  LabelBook,
} from '../../libs/read-models/src/writer/label-book.js';
import type { NumberedEvidence } from '../../libs/read-models/src/writer/late-window.js';
import { RowBatch } from '../../libs/read-models/src/writer/row-batch.js';

/** What the reports of time and sign-ins read. */
const TRACKS_LOADED: readonly Track[] = ['status', 'login'];
const AGENTS_A_TRANSACTION = 50;
const INDEX = 'status_interval_by_agent';
/** Which of an agent's changes it was, and when. */
const eventIdOf = (step: number, at: number): string => `${step} ${at}`;
/** Of a real log they would be digests; here they only have to differ. */
const fingerprintOf = (event: number): string => event.toString(16).padStart(64, '0');

export class ReadModelLoader {
  private readonly labels = new LabelBook();
  private waiting: TrueTimeline[] = [];
  private agents = 0;
  private series = 0;
  /** Positions taken by the agents so far: each has its own, as if their events had come one after the other. */
  private events = 0;

  private constructor(
    private readonly sql: Sql,
    /** What makes the index that is left out while the rows come in another order than its own. */
    private readonly index: string,
  ) {}

  /** `file` must not exist. */
  static async create(file: string): Promise<ReadModelLoader> {
    const sql = openSqlite(file, 'write');
    await sql.prepare();
    await sql.run('PRAGMA synchronous = OFF');
    const [index] = await sql.all<{ sql: string }>('SELECT sql FROM sqlite_schema WHERE name = ?', [INDEX]);
    if (index === undefined) throw new Error(`the read model has no index ${INDEX}`);
    await sql.run(`DROP INDEX ${INDEX}`);
    return new ReadModelLoader(sql, index.sql);
  }

  async add(timeline: TrueTimeline): Promise<void> {
    this.waiting.push(timeline);
    if (this.waiting.length === AGENTS_A_TRANSACTION) await this.write();
  }

  async finish(): Promise<void> {
    await this.write();
    const { labels, history } = this.labels.takeRows();
    await this.sql.insert('label', LABEL_COLUMNS, labels);
    await this.sql.insert('label_history', LABEL_HISTORY_COLUMNS, history);
    await this.sql.run(this.index);
    await this.sql.close();
  }

  private async write(): Promise<void> {
    const timelines = this.waiting;
    this.waiting = [];
    await this.sql.transaction('write', async () => {
      const batch = new RowBatch();
      for (const timeline of timelines) this.addRows(timeline, batch);
      await batch.writeByKey(this.sql);
    });
  }

  private addRows(timeline: TrueTimeline, batch: RowBatch): void {
    const { accountId, agentId, name, timeZone } = timeline.agent;
    const record: AgentRecord = {
      ...{ agent: (this.agents += 1), account: String(accountId), agentId: String(agentId) },
      ...{ state: initialFoldState(), series: new Map() },
    };
    const rows = new AgentRows(
      record,
      (step) => this.eventOf(step),
      () => (this.series += 1),
    );
    const state = [timeline.lastEventAt, name, JSON.stringify(record.state)];
    batch.insert('agent', [record.agent, record.account, record.agentId, ...state]);
    for (const track of TRACKS_LOADED) this.addTrack(record, timeline.intervals[track], rows);
    const first = timeline.teams[0]?.at ?? timeline.lastEventAt;
    const dated = <K extends keyof AttributeState>(
      attribute: K,
      at: number,
      value: AttributeState[K],
    ): void => rows.attribute(attribute, at, value);
    dated('name', first, name);
    dated('timeZone', first, timeZone);
    for (const { at, value } of timeline.teams) dated('teams', at, value);
    rows.addTo(batch);
    this.events += timeline.changes;
  }

  private eventOf(eventId: string): NumberedEvidence {
    const [step, at] = eventId.split(' ').map(Number);
    const event = this.events + 1 + (step ?? 0);
    const evidence = {
      eventId,
      at: at ?? 0,
      fingerprint: fingerprintOf(event),
      by: 'self',
      tracks: {},
    } as const;
    return { event, evidence, stored: null };
  }

  private addTrack(
    { account }: AgentRecord,
    intervals: TrueTimeline['intervals'][Track],
    rows: AgentRows,
  ): void {
    for (const interval of intervals) {
      const { startStep, endStep, end, ...opened } = interval;
      rows.open({ ...opened, startEventId: eventIdOf(startStep, interval.start) });
      if (end !== null) rows.close({ ...interval, end, endEventId: eventIdOf(Number(endStep), end) });
    }
    const last = new Map(intervals.map((interval) => [interval.key, interval]));
    for (const { track, key, start, startStep, label } of last.values()) {
      if (track === 'login') continue;
      const event = this.events + 1 + startStep;
      this.labels.offer({
        ...{ account, kind: track, key, at: start, fingerprint: fingerprintOf(event), label, event },
      });
    }
  }
}
