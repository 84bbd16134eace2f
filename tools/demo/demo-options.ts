// What the demo is asked for, from the command line and the environment.
import { Command, InvalidArgumentError } from 'commander';
import type { DemoIo } from './demo-io.js';

export interface DemoOptions {
  /** Base URLs of the two apps. */
  readonly ingest: string;
  readonly projector: string;
  /** Null without keys. */
  readonly key: string | null;
  readonly account: number;
  /** The account was named: it may hold other data. */
  readonly accountIsGiven: boolean;
  readonly agents: number;
  readonly days: number;
  readonly callsPerHour: number;
  readonly seed: number;
}

const DEFAULT_ACCOUNT = 700_001;

/** Throws `CommanderError`, also when only help was asked for. */
export function readDemoOptions(words: readonly string[], { env, out, err }: DemoIo): DemoOptions {
  const command = new Command('demo')
    .description('Fills a running service (npm start) with a simulated contact centre, up to now')
    .option('--url <url>', 'the ingest app (default: ASH_INGEST_URL, else from HOST and INGEST_PORT)')
    .option('--reports-url <url>', 'the projector app (default: from HOST and PROJECTOR_PORT)')
    .option(
      '--key <key>',
      'API key with the scopes ingest and read (default: ASH_API_KEY, which no process list shows)',
    )
    .option(
      '--account <id>',
      `into this account, whatever it holds (default: ${DEFAULT_ACCOUNT}, which must be empty)`,
      whole(1, 1e12),
    )
    .option('--agents <number>', 'how many agents', whole(1, 5_000), 200)
    .option('--days <number>', 'how many days', whole(1, 400), 30)
    .option('--calls-per-hour <number>', 'calls of an agent in the busiest hour', whole(0, 30), 3)
    .option('--seed <number>', 'another seed, another month', whole(0, 2 ** 53 - 1), 1)
    .configureOutput({ writeOut: out, writeErr: err })
    .exitOverride();
  const given = command.parse([...words], { from: 'user' }).opts<{
    readonly url?: string;
    readonly reportsUrl?: string;
    readonly key?: string;
    readonly account?: number;
    readonly agents: number;
    readonly days: number;
    readonly callsPerHour: number;
    readonly seed: number;
  }>();
  const { agents, days, callsPerHour, seed, account, key = env.ASH_API_KEY ?? '' } = given;
  return {
    ingest: given.url ?? orElse(env.ASH_INGEST_URL, localUrl(env, orElse(env.INGEST_PORT, '3001'))),
    projector: given.reportsUrl ?? localUrl(env, orElse(env.PROJECTOR_PORT, '3002')),
    key: key === '' ? null : key,
    account: account ?? DEFAULT_ACCOUNT,
    accountIsGiven: account !== undefined,
    ...{ agents, days, callsPerHour, seed },
  };
}

function localUrl(env: DemoIo['env'], port: string): string {
  const host = orElse(env.HOST, '127.0.0.1');
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

const orElse = (text: string | undefined, otherwise: string): string =>
  text === undefined || text === '' ? otherwise : text;

function whole(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < min || number > max) {
      throw new InvalidArgumentError(`A whole number of ${min} to ${max} is needed.`);
    }
    return number;
  };
}
