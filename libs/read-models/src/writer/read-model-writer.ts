// The projection's model: a page of the log in, rows and checkpoint moved together in one transaction.
// What it remembers of agents and labels is dropped whenever a transaction fails or another writer has moved the checkpoint.
import { AGENT_UPDATED, initialFoldState } from '@libs/domain';
import {
  CheckpointMismatchError,
  type ProjectionBatch,
  type ProjectionLease,
  type ProjectionModel,
  type Refilled,
  type RefillSource,
} from '@libs/projection';
import { postgresLease, type FencingLease } from '../postgres/postgres-lease.js';
import type { Sql, VersionBuild } from '../sql.js';
import { fillTables, type PagesToPack, type PageToPack } from '../bulk/fill-tables.js';
import { packPage } from '../bulk/pack-page.js';
import { loadAgentRecords, type AgentRecord } from './agent-record.js';
import { foldAgents, type AgentEvents } from './fold-agents.js';
import { decodeEvent, type DecodedEvent } from './decode-event.js';
import { Labels } from './labels.js';
import { withLateness } from './lateness.js';

/** Agents whose fold state is kept in memory between batches. */
const REMEMBERED_AGENTS = 20_000;

type BatchEvent = ProjectionBatch['events'][number];

const LAST_EVENT = 'recorded_at = ?, last_stream = ?, last_revision = ?, last_id = ?';

/** `lease`: who projects must hold it. Null where a file can have but one writer. */
export interface ReadModel extends ProjectionModel {
  readonly lease: ProjectionLease | null;
}

/** `packElsewhere`: reads the same log as the runner and packs its pages in other threads, for a refill. */
export async function openReadModelWriter(sql: Sql, packElsewhere?: PagesToPack): Promise<ReadModel> {
  await sql.prepare();
  return new ReadModelWriter(sql, packElsewhere);
}

async function* packHere({ pages }: RefillSource): AsyncGenerator<PageToPack> {
  for await (const events of pages) {
    yield { pack: (options) => Promise.resolve(packPage(events, options)) };
  }
}

class ReadModelWriter implements ReadModel {
  readonly lease: FencingLease | null;
  private agents = new Map<string, AgentRecord>();
  /** The greatest numbers given so far; null when they must be read again. */
  private last: { series: number; agent: number } | null = null;
  private readonly labels: Labels;
  /** The checkpoint with which all that is remembered agrees; undefined if nothing is. */
  private rememberedAt: bigint | null | undefined = undefined;

  constructor(
    private readonly sql: Sql,
    private readonly packElsewhere?: PagesToPack,
  ) {
    this.labels = new Labels(sql);
    this.lease = sql.dialect === 'postgres' ? postgresLease(sql) : null;
  }

  checkpoint(): Promise<bigint | null> {
    return this.sql.transaction('read', () => this.readPosition());
  }

  lastEvent(): Promise<Pick<BatchEvent, 'stream' | 'revision' | 'id'> | null> {
    return this.sql.transaction('read', async () => {
      const [last] = await this.sql.all<{ stream: string | null; revision: number; id: string }>(
        'SELECT last_stream AS stream, last_revision AS revision, last_id AS id FROM checkpoint WHERE id = 1',
      );
      return last && last.stream !== null ? { ...last, stream: last.stream } : null;
    });
  }

  get refill(): ReadModel['refill'] {
    const { beginVersion } = this.sql;
    return beginVersion ? (source) => this.refillBeside(beginVersion, source) : null;
  }

  private async refillBeside(
    beginVersion: () => Promise<VersionBuild>,
    source: RefillSource,
  ): Promise<Refilled> {
    const build = await beginVersion();
    try {
      const pages = (this.packElsewhere ?? packHere)(source);
      const filled = await fillTables({ ...source, pages, sql: build.sql, scratch: build.scratch });
      source.signal.throwIfAborted();
      await build.serve();
      return filled;
    } catch (error) {
      await build.discard();
      throw error;
    } finally {
      this.forget();
    }
  }

  async apply(batch: ProjectionBatch): Promise<void> {
    if (this.rememberedAt !== batch.expected) this.forget();
    try {
      await this.sql.transaction('write', () => this.applyInTransaction(batch));
      this.rememberedAt = batch.next;
    } catch (error) {
      this.forget();
      throw error;
    }
    if (this.agents.size > REMEMBERED_AGENTS) this.agents.clear();
  }

  private forget(): void {
    this.agents.clear();
    this.labels.forget();
    this.last = null;
    this.rememberedAt = undefined;
  }

  private async applyInTransaction({ events, expected, next }: ProjectionBatch): Promise<void> {
    await this.lease?.demand();
    await this.moveCheckpoint(expected, next, events);
    const last = (this.last ??= await this.readLastNumbers());
    const agents = await this.withRecords(groupByAgent(events), last);
    const fresh = await foldAgents(this.sql, agents, { nextSeries: () => (last.series += 1) });
    const naming = agents.flatMap(({ record: { account } }, index) =>
      (fresh[index] ?? []).map(({ event, evidence }) => ({ account, event, evidence })),
    );
    await this.labels.write(naming.sort((one, other) => one.event - other.event));
  }

  private async withRecords(
    groups: ReadonlyMap<string, readonly DecodedEvent[]>,
    last: { agent: number },
  ): Promise<AgentEvents[]> {
    const unknown = [...groups].flatMap(([name, [first]]) => {
      if (first === undefined || this.agents.has(name)) return [];
      return [{ name, account: first.account, agentId: first.agentId }];
    });
    const loaded = await loadAgentRecords(this.sql, unknown);
    const byId = new Map(loaded.map((record) => [`${record.account}-${record.agentId}`, record]));
    const created = new Set<AgentRecord>();
    for (const { name, account, agentId } of unknown) {
      let record = byId.get(`${account}-${agentId}`);
      if (!record) {
        const agent = (last.agent += 1);
        record = { agent, account, agentId, state: initialFoldState(), series: new Map() };
        created.add(record);
      }
      this.agents.set(name, record);
    }
    return [...groups].map(([name, incoming]) => {
      const record = this.agents.get(name);
      if (!record) throw new Error('A group of events is never empty.');
      return { record, isNew: created.has(record), incoming: withLateness(record.state.lastAt, incoming) };
    });
  }

  /** Compare and set: another writer's move makes this one's transaction fail as a whole. */
  private async moveCheckpoint(
    expected: bigint | null,
    next: bigint,
    events: readonly BatchEvent[],
  ): Promise<void> {
    const last = events.at(-1);
    const set = `UPDATE checkpoint SET position = ?, events = events + ?${last ? ', ' + LAST_EVENT : ''}`;
    const lastEvent = last ? [last.recordedAt, last.stream, last.revision, last.id] : [];
    const values = [next.toString(), events.length, ...lastEvent];
    const moved =
      expected === null
        ? await this.sql.run(`${set} WHERE id = 1 AND position IS NULL`, values)
        : await this.sql.run(`${set} WHERE id = 1 AND position = ?`, [...values, expected.toString()]);
    if (moved !== 1) throw new CheckpointMismatchError(expected, await this.readPosition());
  }

  private async readPosition(): Promise<bigint | null> {
    const [row] = await this.sql.all<{ position: string | null }>(
      'SELECT position FROM checkpoint WHERE id = 1',
    );
    return row?.position ? BigInt(row.position) : null;
  }

  private async readLastNumbers(): Promise<{ series: number; agent: number }> {
    const [row] = await this.sql.all<{ series: number; agent: number }>(
      `SELECT (SELECT coalesce(max(series), 0) FROM series) AS series,
              (SELECT coalesce(max(agent), 0) FROM agent) AS agent`,
    );
    return row ?? { series: 0, agent: 0 };
  }
}

/** The batch's agent events by stream, each in the order of the log. Other streams' events only move the checkpoint. */
function groupByAgent(events: readonly BatchEvent[]): Map<string, DecodedEvent[]> {
  const groups = new Map<string, DecodedEvent[]>();
  for (const event of events) {
    if (event.type !== AGENT_UPDATED) continue;
    const decoded = decodeEvent(event);
    const group = groups.get(event.stream);
    if (group) group.push(decoded);
    else groups.set(event.stream, [decoded]);
  }
  return groups;
}
