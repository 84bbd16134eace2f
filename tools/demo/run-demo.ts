// Fills a running service with the days before now of a simulated contact centre, through the same door as any other feed,
// faults and all. Never touches a file of the service.
import {
  simulateFeed,
  trueTimelines,
  type Arrival,
  type Faults,
  type SimulationOptions,
} from '@libs/simulator';
import { CommanderError } from 'commander';
import { DemoError, type DemoIo } from './demo-io.js';
import { readDemoOptions, type DemoOptions } from './demo-options.js';
import { showProgress } from './progress.js';
import { ServiceClient, type Counts } from './service-client.js';
import { worthTrying } from './worth-trying.js';

const DAY = 86_400_000;
const MINUTE = 60_000;
/** Enough that the service reads the next thousand while it commits one. */
const BATCH = 3_000;
const SAME_SECOND = 0.01;
/** As an ordinary feed has them. */
const FAULTS: Partial<Faults> = {
  ...{ lost: 0.002, doubled: 0.01, late: 0.01, shuffled: 0.1 },
  ...{ derivedMissing: 0.2, unknownOld: 0.01, foreign: 0.0005 },
};

/** Runs the demo for a command line (without node and script) and returns its exit code: 0, 1 failed, 2 asked wrongly. */
export async function runDemo(words: readonly string[], io: DemoIo): Promise<0 | 1 | 2> {
  try {
    await fill(readDemoOptions(words, io), io);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof DemoError)) throw error;
    io.err(`error: ${error.message}\n`);
    return error.exitCode;
  }
}

async function fill(options: DemoOptions, io: DemoIo): Promise<void> {
  const { account, agents, days, callsPerHour, seed } = options;
  const client = new ServiceClient({ ...options, sleep: io.sleep });
  await client.checkIngest();
  await refuseOtherData(client, options);
  const to = Math.floor(io.now() / MINUTE) * MINUTE;
  const from = to - days * DAY;
  const simulated: SimulationOptions = {
    ...{ seed, accountId: account, agents, from, to, callsPerHour, sameSecond: SAME_SECOND, faults: FAULTS },
  };
  io.err(`${agents} agents, ${days} days up to now, into account ${account} of ${options.ingest}\n`);
  const { arrivals, tally } = simulateFeed(simulated);
  const counts = await post(client, arrivals, { from, to, io });
  io.out(
    `${counted(tally.changes)} changes happened, ${counted(tally.lost.hit)} were lost on the way, ` +
      `${counted(tally.deliveries)} payloads arrived: ${outcome(counts)}.\n`,
  );
  io.out(worthTrying({ ...options, hasKey: options.key !== null, agentId: someAgent(simulated), from, to }));
}

async function refuseOtherData(client: ServiceClient, options: DemoOptions): Promise<void> {
  const { account, accountIsGiven } = options;
  const known = await client.agentsOf(account);
  if (known === 0 || accountIsGiven) return;
  throw new DemoError(
    `Account ${account} holds ${counted(known)} agents already, and the demo would mix with them. ` +
      `Give it another account (--account ${account + 1}), or this one on purpose (--account ${account}).`,
  );
}

interface Window {
  readonly from: number;
  readonly to: number;
  readonly io: DemoIo;
}

/** Posts everything in the order of arrival, and waits until the reports stand on it. */
async function post(
  client: ServiceClient,
  arrivals: Iterable<Arrival>,
  { from, to, io }: Window,
): Promise<Counts> {
  const progress = showProgress(io);
  let counts: Counts = { appended: 0, duplicates: 0, quarantined: 0 };
  let last: bigint | null = null;
  for (const { lines, until } of batches(arrivals)) {
    const { position, ...more } = await client.post(lines);
    counts = added(counts, more);
    last = position ?? last;
    const share = Math.min(1, (until - from) / (to - from));
    progress.at(share, `${new Date(until).toISOString().slice(0, 10)} · ${outcome(counts)}`);
  }
  progress.end(`${outcome(counts)} · waiting for the reports`);
  if (last !== null) await client.waitFor(last);
  return counts;
}

/** NDJSON, with the arrival (UTC epoch ms) of its last line. */
function* batches(arrivals: Iterable<Arrival>): Generator<{ lines: string; until: number }, void> {
  let lines: string[] = [];
  let until = 0;
  for (const { text, arrivesAt } of arrivals) {
    lines.push(text, '\n');
    until = arrivesAt;
    if (lines.length < 2 * BATCH) continue;
    yield { lines: lines.join(''), until };
    lines = [];
  }
  if (lines.length > 0) yield { lines: lines.join(''), until };
}

function added(one: Counts, other: Counts): Counts {
  return {
    appended: one.appended + other.appended,
    duplicates: one.duplicates + other.duplicates,
    quarantined: one.quarantined + other.quarantined,
  };
}

const outcome = ({ appended, duplicates, quarantined }: Counts): string =>
  `${counted(appended)} appended, ${counted(duplicates)} duplicate, ${counted(quarantined)} quarantined`;

const counted = (number: number): string => number.toLocaleString('en-US');

/** The id of the first agent to whom anything happened. */
function someAgent(simulated: SimulationOptions): number {
  for (const { agent } of trueTimelines(simulated)) return agent.agentId;
  return 0;
}
