// The projection's model: a page of the log in, rows and checkpoint moved together in one transaction.
// The only writer of the read model. What it remembers of agents is dropped whenever a transaction fails.
import {
  AGENT_UPDATED,
  extractEvidence,
  initialFoldState,
  type AgentUpdatedData,
  type AgentUpdatedMetadata,
} from '@libs/domain';
import {
  CheckpointMismatchError,
  PoisonEventError,
  type ProjectionBatch,
  type ProjectionModel,
} from '@libs/projection';
import type { Sql } from '../sql.js';
import { loadAgentRecord, type AgentRecord } from './agent-record.js';
import { foldAgent, type IncomingEvent } from './fold-agent.js';
import { LabelOffers } from './labels.js';
import { prepareTables } from './open-read-model.js';

/** Agents whose fold state is kept in memory between batches. */
const REMEMBERED_AGENTS = 20_000;

type BatchEvent = ProjectionBatch['events'][number];

export async function openReadModelWriter(sql: Sql): Promise<ProjectionModel> {
  await prepareTables(sql);
  return new ReadModelWriter(sql);
}

class ReadModelWriter implements ProjectionModel {
  private agents = new Map<string, AgentRecord>();
  /** The greatest numbers given so far; null when they must be read again. */
  private last: { event: number; series: number; agent: number } | null = null;

  constructor(private readonly sql: Sql) {}

  async checkpoint(): Promise<bigint | null> {
    const [row] = await this.sql.all<{ position: string | null }>(
      'SELECT position FROM checkpoint WHERE id = 1',
    );
    return row?.position ? BigInt(row.position) : null;
  }

  async apply(batch: ProjectionBatch): Promise<void> {
    try {
      await this.sql.transaction('write', () => this.applyInTransaction(batch));
    } catch (error) {
      this.agents.clear();
      this.last = null;
      throw error;
    }
    if (this.agents.size > REMEMBERED_AGENTS) this.agents.clear();
  }

  private async applyInTransaction({ events, expected, next }: ProjectionBatch): Promise<void> {
    const last = (this.last ??= await this.readLastNumbers());
    await this.moveCheckpoint(expected, next, events.at(-1)?.recordedAt ?? null, events.length);
    const counters = { nextEvent: () => (last.event += 1), nextSeries: () => (last.series += 1) };
    const labels = new LabelOffers();
    for (const [name, incoming] of groupByAgent(events)) {
      const { record, isNew } = await this.recordOf(name, incoming[0]?.data, last);
      const fresh = await foldAgent(this.sql, record, withLateness(record, incoming), counters);
      for (const { evidence } of fresh) labels.add(record.account, evidence);
      await this.writeAgent(record, isNew);
    }
    await labels.write(this.sql);
  }

  private async recordOf(
    name: string,
    data: AgentUpdatedData | undefined,
    last: { agent: number },
  ): Promise<{ record: AgentRecord; isNew: boolean }> {
    const remembered = this.agents.get(name);
    if (remembered) return { record: remembered, isNew: false };
    if (!data) throw new Error('A group of events is never empty.');
    const { accountId: account, agentId } = data;
    const loaded = await loadAgentRecord(this.sql, account, agentId);
    const created = { agent: last.agent + 1, account, agentId, state: initialFoldState(), series: new Map() };
    const record = loaded ?? created;
    if (!loaded) last.agent += 1;
    this.agents.set(name, record);
    return { record, isNew: !loaded };
  }

  private async writeAgent({ agent, account, agentId, state }: AgentRecord, isNew: boolean): Promise<void> {
    const values = [state.lastAt ?? 0, state.attributes.name ?? null, JSON.stringify(state)];
    if (isNew) {
      const columns = ['agent', 'account', 'agent_id', 'last_at', 'name', 'state'];
      await this.sql.insert('agent', columns, [[agent, account, agentId, ...values]]);
    } else {
      await this.sql.run('UPDATE agent SET last_at = ?, name = ?, state = ? WHERE agent = ?', [
        ...values,
        agent,
      ]);
    }
  }

  /** Compare and set: another writer's move makes this one's transaction fail as a whole. */
  private async moveCheckpoint(
    expected: bigint | null,
    next: bigint,
    recordedAt: number | null,
    events: number,
  ): Promise<void> {
    const set = `UPDATE checkpoint SET position = ?, recorded_at = coalesce(?, recorded_at), events = events + ?`;
    const values = [next.toString(), recordedAt, events];
    const moved =
      expected === null
        ? await this.sql.run(`${set} WHERE id = 1 AND position IS NULL`, values)
        : await this.sql.run(`${set} WHERE id = 1 AND position = ?`, [...values, expected.toString()]);
    if (moved !== 1) throw new CheckpointMismatchError(expected, await this.checkpoint());
  }

  private async readLastNumbers(): Promise<{ event: number; series: number; agent: number }> {
    const [row] = await this.sql.all<{ event: number; series: number; agent: number }>(
      `SELECT (SELECT coalesce(max(event), 0) FROM evidence) AS event,
              (SELECT coalesce(max(series), 0) FROM series) AS series,
              (SELECT coalesce(max(agent), 0) FROM agent) AS agent`,
    );
    return row ?? { event: 0, series: 0, agent: 0 };
  }
}

interface Decoded extends IncomingEvent {
  readonly data: AgentUpdatedData;
}

/** The batch's agent events by stream, each in the order of the log. Other streams' events only move the checkpoint. */
function groupByAgent(events: readonly BatchEvent[]): Map<string, Decoded[]> {
  const groups = new Map<string, Decoded[]>();
  for (const event of events) {
    if (event.type !== AGENT_UPDATED) continue;
    const decoded = decode(event);
    const group = groups.get(event.stream);
    if (group) group.push(decoded);
    else groups.set(event.stream, [decoded]);
  }
  return groups;
}

function decode(event: BatchEvent): Decoded {
  try {
    const data = event.data as AgentUpdatedData;
    const { fingerprint } = event.metadata as AgentUpdatedMetadata;
    const evidence = extractEvidence(event.id, fingerprint, data);
    const { position, revision, recordedAt } = event;
    return { data, evidence, position: position.toString(), revision, recordedAt, late: false };
  } catch (cause) {
    throw new PoisonEventError({ position: event.position, eventId: event.id, cause });
  }
}

/** An event is late if an earlier one of its agent, in the order of the log, has a later `at`. */
function withLateness(record: AgentRecord, incoming: readonly Decoded[]): IncomingEvent[] {
  let latest = record.state.lastAt ?? -Infinity;
  return incoming.map((event) => {
    const late = event.evidence.at < latest;
    latest = Math.max(latest, event.evidence.at);
    return { ...event, late };
  });
}
