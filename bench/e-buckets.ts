// e: bucket by bucket: many agents' days of a month, and one agent's quarters of an hour of a day, against cutting and
// summing the plain intervals by SQL.
import { join } from 'node:path';
import { openSqlite } from '@libs/read-models';
import { sqlFigures } from '../libs/read-models/src/queries/supplier/sql-figures.js';
import type { BenchmarkCase, BenchRow } from './benchmark-case.js';
import { compare, inTurn } from './figures.js';
import { ReadModelLoader } from './reports/load-read-model.js';
import { PureSample } from './reports/pure-sample.js';
import { RunningReports, timesOf, type AskedTimes } from './reports/running-reports.js';
import { DAY, simulatedYear, YEAR_FROM } from './reports/simulated-year.js';
import { SqliteIntervals } from './reports/sqlite-intervals.js';
import { expectSameTimes } from './reports/time-by-key.js';

/** A Monday in the middle of the year. */
const FROM = YEAR_FROM + 182 * DAY;
const QUARTER = DAY / 96;
const TARGET = 10;
/** One agent's day takes a millisecond: a figure is the mean of so many. */
const REPEATED = 50;
/** More rows than a page has: the buckets of as many agents as fit on the first. */
const MOST_ROWS = 10_000;

export const buckets: BenchmarkCase = {
  id: 'e',
  title: 'reports by bucket against a clipping SUM by bucket',
  run: async ({ quick, runs, freshDirectory, progress, note }) => {
    const count = quick ? 100 : 500;
    const folder = await freshDirectory();
    const sample = new PureSample(count);
    const loader = await ReadModelLoader.create(join(folder, 'read.db'));
    const plain = new SqliteIntervals(join(folder, 'intervals.db'));
    const agents: number[] = [];
    let intervals = 0;
    for (const timeline of simulatedYear(count)) {
      await loader.add(timeline);
      plain.add(timeline);
      sample.add(timeline);
      agents.push(timeline.agent.agentId);
      intervals += timeline.intervals.status.length;
    }
    await loader.finish();
    plain.finish();
    progress(`${intervals} intervals loaded`);
    note(`${count} agents with ${intervals} statuses in a year`);
    const reports = await RunningReports.start(folder);
    try {
      await sample.check(reports);
      return [
        await manyAgents(reports, plain, agents, runs),
        ...(await oneAgent(reports, plain, join(folder, 'read.db'), agents, runs)),
      ];
    } finally {
      await reports.stop();
      plain.close();
    }
  },
};

const edgesFrom = (length: number, buckets: number): number[] =>
  Array.from({ length: buckets + 1 }, (_, index) => FROM + index * length);

async function manyAgents(
  reports: RunningReports,
  plain: SqliteIntervals,
  agents: readonly number[],
  runs: number,
): Promise<BenchRow> {
  const edges = edgesFrom(DAY, 31);
  const asked: AskedTimes = { from: FROM, to: FROM + 31 * DAY, bucket: '1d' };
  const { times } = plain.answerBuckets(agents, edges);
  const first = new Set(agents.slice(0, Math.floor(MOST_ROWS / 31)));
  const isFirst = ([agent]: (typeof times)[number]): boolean => first.has(agent);
  const found = timesOf((await reports.ask(asked)).body, true);
  expectSameTimes(times.filter(isFirst), found.filter(isFirst), 'SQLite');
  const both = await inTurn(
    runs,
    async () => (await reports.ask(asked)).ms,
    () => plain.answerBuckets(agents, edges).ms,
  );
  return compare({
    ...{ case: 'e', name: `31 days of ${agents.length} agents`, unit: 'ms', ...both },
    ...{ against: 'SQLite: clipping SUM by bucket', ratio: 'theirs/ours' },
    target: { text: `≥ ${TARGET}`, met: (ratio) => ratio >= TARGET },
  });
}

/** The scan is an in-process call: so is what it is held against. What HTTP adds is a row of its own. */
async function oneAgent(
  reports: RunningReports,
  plain: SqliteIntervals,
  file: string,
  agents: readonly number[],
  runs: number,
): Promise<BenchRow[]> {
  const edges = edgesFrom(QUARTER, 96);
  const asked = { from: FROM, to: FROM + DAY, bucket: '15m' } as const;
  const agent = await busyAgent(reports, agents);
  expectSameTimes(
    plain.answerBuckets([agent], edges).times,
    timesOf((await reports.ask({ ...asked, agentIds: [agent] })).body, true),
    'SQLite',
  );
  const sql = openSqlite(file, 'read');
  const numbers = await rowNumbers(sql);
  const query = {
    ...({ track: 'status', effectiveEnd: FROM + DAY, asOf: FROM + DAY } as const),
    requests: [{ agentId: String(agent), cuts: edges }],
  };
  const repeated = async (once: () => Promise<number> | number): Promise<number> => {
    let ms = 0;
    for (let time = 0; time < REPEATED; time += 1) ms += await once();
    return ms / REPEATED;
  };
  const figures = async (): Promise<number> => {
    const began = performance.now();
    await sqlFigures(sql, numbers, query);
    return performance.now() - began;
  };
  const scan = (): number => plain.answerBuckets([agent], edges).ms;
  const theHttp = async (): Promise<number> => (await reports.ask({ ...asked, agentIds: [agent] })).ms;
  const row = {
    case: 'e',
    unit: 'ms',
    against: 'SQLite: clipping SUM by bucket',
    ratio: 'theirs/ours',
  } as const;
  const name = "one agent's day by quarters of an hour";
  await repeated(figures);
  const inProcess = await inTurn(
    runs,
    () => repeated(figures),
    () => repeated(scan),
  );
  await repeated(theHttp);
  const throughHttp = await inTurn(
    runs,
    () => repeated(theHttp),
    () => repeated(scan),
  );
  await sql.close();
  return [
    compare({
      ...{ ...row, ...inProcess, name: `${name}, its figures in process` },
      target: { text: '≥ 1', met: (ratio) => ratio >= 1 },
    }),
    compare({ ...row, ...throughHttp, name: `${name}, through HTTP` }),
  ];
}

/** The one with the longest answer. */
async function busyAgent(reports: RunningReports, agents: readonly number[]): Promise<number> {
  const times = timesOf(
    (await reports.ask({ from: FROM, to: FROM + DAY, bucket: '15m', agentIds: agents.slice(0, 50) })).body,
    true,
  );
  const counts = new Map<number, number>();
  for (const [agent] of times) counts.set(agent, (counts.get(agent) ?? 0) + 1);
  const [busiest] = [...counts].sort(([, one], [, other]) => other - one);
  if (busiest === undefined) throw new Error('nobody worked on that day');
  return busiest[0];
}

async function rowNumbers(sql: ReturnType<typeof openSqlite>): Promise<Map<string, number>> {
  const rows = await sql.all<{ agent: number; agent_id: string }>('SELECT agent, agent_id FROM agent');
  return new Map(rows.map(({ agent, agent_id: agentId }) => [agentId, agent]));
}
