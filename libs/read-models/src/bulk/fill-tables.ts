// Fills empty tables from the log: read in its order once, folded agent by agent, written in the order of the keys, indexed
// last. Gives the rows that following the log event by event gives, at a fraction of the cost.
// A first pass reads and spills (what an event says, apart by agents), a second one folds each agent whole: no event is late.
import { initialFoldState } from '@libs/domain';
import type { Refilled, RefillSource } from '@libs/projection';
import { INDEXES } from '../schema.js';
import type { Sql } from '../sql.js';
import { foldWhole } from '../writer/fold-agents.js';
import { LABEL_COLUMNS, LABEL_HISTORY_COLUMNS, LabelBook } from '../writer/label-book.js';
import { withLateness } from '../writer/lateness.js';
import { RowBatch } from '../writer/row-batch.js';
import { createEvidenceSpill, type EvidenceSpill } from './evidence-spill.js';
import type { PackedPage, PackOptions } from './pack-page.js';
import { takeNames } from './take-names.js';

/** Rows are handed over when an agent ends and this many events have been folded. */
const EVENTS_A_WRITE = 5_000;

/** A page of the log, to be packed here or by another thread; again and otherwise where once does not say enough. */
export interface PageToPack {
  readonly pack: (options: PackOptions) => Promise<PackedPage>;
}

/** The log from its first event on, without holes, up to `head` at least. Every iteration starts anew. */
export type PagesToPack = (source: Pick<RefillSource, 'head' | 'signal'>) => AsyncIterable<PageToPack>;

export interface FillOptions extends Pick<RefillSource, 'maySkip' | 'signal'> {
  /** Tables without indexes and rows, which nobody else sees. */
  readonly sql: Sql;
  readonly pages: AsyncIterable<PageToPack>;
  /** An empty folder on the read model's disk; the caller removes it. */
  readonly scratch: string;
}

/** Ends before an event that cannot be applied. Throws the signal's reason when it fires. */
export async function fillTables({ sql, scratch, ...source }: FillOptions): Promise<Refilled> {
  const spill = createEvidenceSpill(scratch);
  try {
    const book = new LabelBook();
    const { last, events } = await spillPages(spill, book, source);
    await writeAgents(sql, spill, source.signal);
    await writeLabels(sql, book);
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

async function spillPages(
  spill: EvidenceSpill,
  book: LabelBook,
  { pages, maySkip, signal }: Pick<FillOptions, 'pages' | 'maySkip' | 'signal'>,
): Promise<Pick<PackedPage, 'last' | 'events'>> {
  let last: PackedPage['last'] = null;
  let events = 0;
  for await (const page of pages) {
    signal.throwIfAborted();
    const packed = await packWell(page, book, maySkip);
    for (const [part, lines] of packed.lines) spill.write(part, lines);
    events += packed.events;
    last = packed.last ?? last;
    if (packed.poison !== null) break;
  }
  signal.throwIfAborted();
  spill.finish();
  return { last, events };
}

/** The page without the events that may be left out, its names taken. */
async function packWell(
  { pack }: PageToPack,
  book: LabelBook,
  maySkip: FillOptions['maySkip'],
): Promise<PackedPage> {
  const leftOut: bigint[] = [];
  for (let whole = false; ;) {
    const packed = await pack({ whole, leftOut });
    if (packed.poison !== null && maySkip(packed.poison)) leftOut.push(packed.poison);
    else if (takeNames(book, packed.names)) return packed;
    else whole = true;
  }
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

async function setCheckpoint(sql: Sql, last: NonNullable<PackedPage['last']>, events: number): Promise<void> {
  await sql.run(
    `UPDATE checkpoint SET position = ?, events = ?, recorded_at = ?, last_stream = ?, last_revision = ?, last_id = ?
     WHERE id = 1`,
    [last.position.toString(), events, last.recordedAt, last.stream, last.revision, last.id],
  );
}
