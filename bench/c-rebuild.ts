// c: the read model filled from a log by a projector that has none, against reading and parsing the same log and nothing
// else. From the start of the process to the last event's figures; most of a core is free for it, nobody asks for anything.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { AppProcess } from './app-process.js';
import type { BenchmarkCase, BenchContext, BenchRow } from './benchmark-case.js';
import { checkTimelines } from './check-timelines.js';
import { compare, figureOf, limitFigure } from './figures.js';
import { getJson } from './http-request.js';
import { multiplyLog } from './large-log.js';
import { simulatedLines } from './simulated-lines.js';

const ACCOUNT = 710_011;
const AGENTS = 250;
/** Of each simulated agent there are so many, alike but for their names. */
const COPIES = 20;
const SAMPLE = 10;
const TARGET = 0.3;
const MOST_MIB = 512;
const PAGE = 1_000;
const POLL_MS = 50;

export const rebuild: BenchmarkCase = {
  id: 'c',
  title: 'filling the read model from the log against reading and parsing the log',
  run: async (context) => {
    if (context.quick) return rebuildOf(30_000, context.runs, context);
    const million = await rebuildOf(1_000_000, context.runs, context);
    // A run takes minutes: one shows whether the cost is linear, and what memory it takes.
    return [...million, ...(await rebuildOf(5_000_000, 1, context))];
  },
};

async function rebuildOf(
  events: number,
  runs: number,
  { freshDirectory, progress, note }: BenchContext,
): Promise<BenchRow[]> {
  const name = `${(events / 1_000_000).toLocaleString('en')} M events`;
  const log = join(await freshDirectory(), 'events.db');
  const lines = simulatedLines(events / COPIES, { accountId: ACCOUNT, agents: AGENTS });
  await multiplyLog(log, lines, COPIES);
  progress(`${name} are in the log`);
  const [ours, theirs, mebibytes]: [number[], number[], number[]] = [[], [], []];
  for (let run = 0; run < runs; run += 1) {
    const filled = await fill(await freshDirectory(), log, String(events), lines);
    ours.push((events / filled.ms) * 1_000);
    mebibytes.push(filled.mebibytes);
    theirs.push((events / readAndParse(log)) * 1_000);
    progress(
      `${run + 1} of ${runs}: ${Math.round(ours.at(-1) ?? 0)} events/s, reading ${Math.round(theirs.at(-1) ?? 0)}`,
    );
  }
  note(`${name} of ${AGENTS * COPIES} agents${runs === 1 ? ', measured once' : ''}`);
  const peak = figureOf(mebibytes);
  return [
    compare({
      ...{ case: 'c', name: `fill, ${name}`, unit: 'events/s', ours, theirs },
      against: 'read and JSON.parse the same log, one thread',
      target: { text: `≥ ${TARGET}`, met: (ratio) => ratio >= TARGET },
    }),
    {
      ...{ case: 'c', name: `peak memory, ${name}`, unit: 'MiB', ours: peak, theirs: limitFigure(MOST_MIB) },
      against: 'the limit',
      ratio: peak.median / MOST_MIB,
      target: { text: '≤ 1', met: peak.median <= MOST_MIB },
    },
  ];
}

/** Until the projector stands at `head`. Throws where a sample of its timelines is wrong. */
async function fill(
  folder: string,
  log: string,
  head: string,
  lines: readonly Buffer[],
): Promise<{ readonly ms: number; readonly mebibytes: number }> {
  const began = performance.now();
  const projector = await AppProcess.start('projector', folder, { EVENT_STORE_URL: `sqlite:${log}` });
  const { url, pid } = projector;
  while ((await positionOf(url)) !== head) await pause(POLL_MS);
  const ms = performance.now() - began;
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
  await checkTimelines(url, ACCOUNT, lines, SAMPLE);
  await projector.stop();
  return { ms, mebibytes: Number(kibibytes) / 1_024 };
}

async function positionOf(projector: string): Promise<string | null> {
  const { projections } = await getJson<{
    readonly projections: readonly { readonly position: string | null }[];
  }>(`${projector}/v1/projections`);
  return projections[0]?.position ?? null;
}

/** The ms that anybody needs who goes through the log. */
function readAndParse(log: string): number {
  const db = new Database(log, { readonly: true });
  try {
    const began = performance.now();
    const page = db.prepare<
      [number, number],
      { readonly position: number; readonly data: string; readonly metadata: string }
    >('SELECT * FROM events WHERE position > ? ORDER BY position LIMIT ?');
    for (let after = 0; ;) {
      const rows = page.all(after, PAGE);
      for (const { data, metadata } of rows) {
        JSON.parse(data);
        JSON.parse(metadata);
      }
      const last = rows.at(-1);
      if (last === undefined) return performance.now() - began;
      after = last.position;
    }
  } finally {
    db.close();
  }
}
