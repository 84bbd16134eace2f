// d: a year's time in status of every agent through HTTP, against its bare look-ups and against adding it up from intervals
// or changes, in other engines too; and whether a year takes longer than a day.
import { join } from 'node:path';
import type { BenchmarkCase, BenchRow } from './benchmark-case.js';
import { compare, figureOf, inTurn, limitFigure } from './figures.js';
import { DuckDbChanges } from './reports/duckdb-changes.js';
import { ReadModelLoader } from './reports/load-read-model.js';
import { benchPostgresUrl, PostgresIntervals } from './reports/postgres-intervals.js';
import { PureSample } from './reports/pure-sample.js';
import { RawLookUps } from './reports/raw-look-ups.js';
import { RunningReports, timesOf } from './reports/running-reports.js';
import { DAY, simulatedYear, YEAR_FROM, YEAR_TO } from './reports/simulated-year.js';
import { SqliteIntervals } from './reports/sqlite-intervals.js';
import { expectSameTimes, type ReportPeer } from './reports/time-by-key.js';

const YEAR = { from: YEAR_FROM, to: YEAR_TO };
/** A Monday. */
const MIDDLE = YEAR_FROM + 182 * DAY;
const SHORTER = { day: { from: MIDDLE, to: MIDDLE + DAY }, month: { from: MIDDLE, to: MIDDLE + 30 * DAY } };
const MOST_YEAR_TO_DAY = 1.5;
const MOST_TO_LOOK_UPS = 3;
const MOST_DELAY_MS = 50;
/** Reports asked for at once, more than there are readers, while the HTTP thread's delay is measured. */
const AT_ONCE = 4;

interface Peer {
  readonly against: string;
  readonly peer: ReportPeer;
  /** How many times faster the report must be. */
  readonly target: number | null;
}

export const year: BenchmarkCase = {
  id: 'd',
  title: "reports: a year of every agent's time in status against adding it up",
  run: async ({ quick, runs, freshDirectory, progress, note }) => {
    const agents = quick ? 200 : 5_000;
    const folder = await freshDirectory();
    const sqlite = new SqliteIntervals(join(folder, 'intervals.db'));
    const byKey: ReportPeer = {
      ...{ add: () => undefined, finish: () => undefined, close: () => undefined },
      answer: (window) => sqlite.answer(window, 'by_key'),
    };
    const duckDb = await DuckDbChanges.create(join(folder, 'changes.duckdb'));
    const peers: Peer[] = [
      { against: 'SQLite: clipping SUM, index by start', peer: sqlite, target: 25 },
      { against: 'SQLite: clipping SUM, index for this one question', peer: byKey, target: null },
      { against: 'DuckDB: LEAD over raw changes', peer: duckDb, target: 20 },
    ];
    const url = await benchPostgresUrl();
    if (url === null) note('PostgreSQL was not measured: neither BENCH_POSTGRES_URL nor services:up');
    else {
      const peer = await PostgresIntervals.create(url);
      peers.push({ against: 'PostgreSQL: clipping SUM, index by start', peer, target: null });
    }
    try {
      const sample = await load({ agents, folder, peers, progress, note });
      const reports = await RunningReports.start(folder);
      try {
        await sample.check(reports);
        return await measure(reports, { runs, folder, peers, agents, progress });
      } finally {
        await reports.stop();
      }
    } finally {
      for (const { peer } of peers) await peer.close();
    }
  },
};

interface Loading {
  readonly agents: number;
  readonly folder: string;
  readonly peers: readonly Peer[];
  readonly progress: (text: string) => void;
  readonly note: (text: string) => void;
}

async function load({ agents, folder, peers, progress, note }: Loading): Promise<PureSample> {
  const sample = new PureSample(agents);
  const loader = await ReadModelLoader.create(join(folder, 'read.db'));
  const spent = { simulation: 0, 'our rows': 0, 'the peers': 0 };
  let last = performance.now();
  const lap = (on: keyof typeof spent): void => {
    const now = performance.now();
    spent[on] += now - last;
    last = now;
  };
  let intervals = 0;
  for (const timeline of simulatedYear(agents)) {
    lap('simulation');
    await loader.add(timeline);
    lap('our rows');
    for (const { peer } of peers) await peer.add(timeline);
    lap('the peers');
    sample.add(timeline);
    intervals += timeline.intervals.status.length;
  }
  await loader.finish();
  lap('our rows');
  for (const { peer } of peers) await peer.finish();
  lap('the peers');
  const seconds = Object.entries(spent).map(([on, ms]) => `${on} ${Math.round(ms / 1_000)} s`);
  progress(`${intervals} intervals loaded: ${seconds.join(', ')}`);
  note(`${agents} agents with ${intervals} statuses in the year, loaded from the simulator's true timelines`);
  return sample;
}

interface Measuring {
  readonly runs: number;
  readonly folder: string;
  readonly peers: readonly Peer[];
  readonly agents: number;
  readonly progress: (text: string) => void;
}

async function measure(
  reports: RunningReports,
  { runs, folder, peers, agents, progress }: Measuring,
): Promise<BenchRow[]> {
  const { body } = await reports.ask(YEAR);
  const times = timesOf(body);
  const askYear = async (): Promise<number> => (await reports.ask(YEAR)).ms;
  const row = { case: 'd', name: `a year of ${agents} agents`, unit: 'ms' };
  const rows: BenchRow[] = [];

  const raw = new RawLookUps(join(folder, 'read.db'));
  raw.lookUp(YEAR);
  rows.push(
    compare({
      ...row,
      against: 'its look-ups alone, in process',
      ...(await inTurn(runs, askYear, () => raw.lookUp(YEAR))),
      target: { text: `≤ ${MOST_TO_LOOK_UPS}`, met: (ratio) => ratio <= MOST_TO_LOOK_UPS },
    }),
  );
  raw.close();
  for (const [name, window] of Object.entries(SHORTER)) {
    const both = await inTurn(runs, askYear, async () => (await reports.ask(window)).ms);
    const target = { text: `≤ ${MOST_YEAR_TO_DAY}`, met: (ratio: number) => ratio <= MOST_YEAR_TO_DAY };
    rows.push(compare({ ...row, against: `the same report of one ${name}`, ...both, target }));
  }
  for (const { against, peer, target } of peers) {
    progress(against);
    expectSameTimes((await peer.answer(YEAR)).times, times, against);
    expectSameTimes(
      (await peer.answer(SHORTER.day)).times,
      timesOf((await reports.ask(SHORTER.day)).body),
      against,
    );
    const both = await inTurn(runs, askYear, async () => (await peer.answer(YEAR)).ms);
    const faster =
      target === null ? {} : { target: { text: `≥ ${target}`, met: (ratio: number) => ratio >= target } };
    rows.push(compare({ ...row, against, ...both, ratio: 'theirs/ours', ...faster }));
  }
  const delays: number[] = [];
  for (let run = 0; run < runs; run += 1) delays.push(await delayUnderLoad(reports));
  const limit = limitFigure(MOST_DELAY_MS);
  const ours = figureOf(delays);
  rows.push({
    ...{ case: 'd', name: `event loop, p99 with ${AT_ONCE} such reports at once`, unit: 'ms', ours },
    ...{ against: 'what an HTTP thread may be kept', theirs: limit, ratio: ours.median / MOST_DELAY_MS },
    target: { text: '≤ 1', met: ours.median <= MOST_DELAY_MS },
  });
  return rows;
}

/** The projector's own p99 of its HTTP thread, in ms: the metric starts anew whenever it was read. */
async function delayUnderLoad(reports: RunningReports): Promise<number> {
  const p99 = 'nodejs_eventloop_lag_p99_seconds';
  await reports.metric(p99);
  await Promise.all(Array.from({ length: AT_ONCE }, () => reports.ask(YEAR)));
  return (await reports.metric(p99)) * 1_000;
}
