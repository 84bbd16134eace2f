// Fills empty tables from the log: read in its order once, folded agent by agent, written in the order of the keys, indexed
// last. Gives the rows that following the log event by event gives, at a fraction of the cost.
// A first pass reads and spills (what an event says, apart by agents), a second one folds each agent whole: no event is late.
import { AGENT_UPDATED, initialFoldState } from '@libs/domain';
import { PoisonEventError, type ProjectionBatch, type Refilled, type RefillSource } from '@libs/projection';
import { INDEXES } from '../schema.js';
import type { Sql } from '../sql.js';
import { foldWhole } from '../writer/fold-agents.js';
import { decodeEvent } from '../writer/decode-event.js';
import { LABEL_COLUMNS, LABEL_HISTORY_COLUMNS, LabelBook, labelOffers } from '../writer/label-book.js';
import { withLateness } from '../writer/lateness.js';
import { RowBatch } from '../writer/row-batch.js';
import { createEvidenceSpill, type EvidenceSpill } from './evidence-spill.js';

type LogEvent = ProjectionBatch['events'][number];

/** Rows are handed over when an agent ends and this many events have been folded. */
const EVENTS_A_WRITE = 5_000;

export interface FillOptions extends RefillSource {
  /** Tables without indexes and rows, which nobody else sees. */
  readonly sql: Sql;
  /** An empty folder on the read model's disk; the caller removes it. */
  readonly scratch: string;
}

/** Ends before an event that cannot be applied. Throws the signal's reason when it fires. */
export async function fillTables({ sql, scratch, ...source }: FillOptions): Promise<Refilled> {
  const spill = createEvidenceSpill(scratch);
  try {
    const labels = new LabelBook();
    const { last, events } = await spillEvents(spill, labels, source);
    await writeAgents(sql, spill, source.signal);
    await writeLabels(sql, labels);
    for (const index of INDEXES) {
      source.signal.throwIfAborted();
      await sql.run(index);
    }
    if (last !== null) await setCheckpoint(sql, last, events);
    return { position: last?.position ?? null, events };
  } finally {
    spill.close();
  }
}

async function spillEvents(
  spill: EvidenceSpill,
  labels: LabelBook,
  { pages, maySkip, signal }: RefillSource,
): Promise<{ readonly last: LogEvent | null; readonly events: number }> {
  let last: LogEvent | null = null;
  let events = 0;
  reading: for await (const page of pages) {
    signal.throwIfAborted();
    for (const event of page) {
      try {
        spillEvent(event, spill, labels);
        events += 1;
      } catch (error) {
        if (!(error instanceof PoisonEventError)) throw error;
        if (!maySkip(event.position)) break reading;
      }
      last = event;
    }
  }
  signal.throwIfAborted();
  spill.finish();
  return { last, events };
}

function spillEvent(event: LogEvent, spill: EvidenceSpill, labels: LabelBook): void {
  if (event.type !== AGENT_UPDATED) return;
  const decoded = decodeEvent(event);
  spill.add(decoded);
  for (const offer of labelOffers(decoded.account, decoded.event, decoded.evidence)) labels.offer(offer);
}

async function writeAgents(sql: Sql, spill: EvidenceSpill, signal: AbortSignal): Promise<void> {
  const last = { agent: 0, series: 0 };
  const counters = { nextSeries: () => (last.series += 1) };
  let batch = new RowBatch();
  let folded = 0;
  for (let part = 0; part < spill.parts; part += 1) {
    await sql.transaction('write', async () => {
      for (const { account, agentId, incoming } of spill.read(part)) {
        const agent = (last.agent += 1);
        const record = { agent, account, agentId, state: initialFoldState(), series: new Map() };
        foldWhole(record, withLateness(null, incoming), counters, batch);
        folded += incoming.length;
        if (folded < EVENTS_A_WRITE) continue;
        signal.throwIfAborted();
        await batch.writeByKey(sql);
        batch = new RowBatch();
        folded = 0;
      }
      await batch.writeByKey(sql);
      batch = new RowBatch();
      folded = 0;
    });
  }
}

async function writeLabels(sql: Sql, book: LabelBook): Promise<void> {
  const { labels, history } = book.takeRows();
  await sql.transaction('write', async () => {
    await sql.insert('label', LABEL_COLUMNS, labels);
    await sql.insert('label_history', LABEL_HISTORY_COLUMNS, history);
  });
}

async function setCheckpoint(sql: Sql, last: LogEvent, events: number): Promise<void> {
  await sql.run(
    `UPDATE checkpoint SET position = ?, events = ?, recorded_at = ?, last_stream = ?, last_revision = ?, last_id = ?
     WHERE id = 1`,
    [last.position.toString(), events, last.recordedAt, last.stream, last.revision, last.id],
  );
}
