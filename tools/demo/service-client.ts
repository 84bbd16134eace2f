// Talks to both running apps over HTTP. What passes by itself (busy, restarting) is asked again; everything else becomes one
// line that says what to do. Never shows the key.
import { z } from 'zod';
import { DemoError } from './demo-io.js';

export interface ServiceClientOptions {
  readonly ingest: string;
  readonly projector: string;
  readonly key: string | null;
  readonly sleep: (ms: number) => Promise<void>;
}

export interface Counts {
  readonly appended: number;
  readonly duplicates: number;
  readonly quarantined: number;
}

export interface Posted extends Counts {
  /** The last position that was answered; null if none was. */
  readonly position: bigint | null;
}

const REQUEST_TIMEOUT_MS = 120_000;
const MOST_TRIES = 60;
const PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 5_000;

const zProblem = z.looseObject({ code: z.string(), detail: z.string() });
const zAccounts = z.looseObject({
  accounts: z.array(z.looseObject({ accountId: z.string(), agents: z.int() })),
});
const zCounts = z.looseObject({
  ...{ appended: z.int(), duplicates: z.int(), quarantined: z.int(), rejected: z.int() },
});
const zPosition = z.looseObject({ position: z.string().nullable() });

export class ServiceClient {
  constructor(private readonly options: ServiceClientOptions) {}

  /** How many agents the account has; 0 if there is no such account for this key. Also tells that the projector runs. */
  async agentsOf(account: number): Promise<number> {
    const reply = await this.ask(this.options.projector, '/v1/accounts', {}, 1);
    const { accounts } = zAccounts.parse(await reply.json());
    return accounts.find(({ accountId }) => accountId === String(account))?.agents ?? 0;
  }

  /** Throws if the ingest app does not answer. */
  async checkIngest(): Promise<void> {
    await this.ask(this.options.ingest, '/health/ready', {}, 1);
  }

  /** Posts whole lines until all of them are acknowledged; what was acknowledged before is then a duplicate. */
  async post(ndjson: string): Promise<Posted> {
    for (let tries = 1; ; tries += 1) {
      const request = { method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, body: ndjson };
      const reply = await this.ask(this.options.ingest, '/v1/agent-updates', request, MOST_TRIES);
      const text = await reply.text().catch(() => '');
      const posted = readAnswer(text);
      if (posted !== null) return posted;
      if (tries === MOST_TRIES) throw new DemoError('the ingest app does not finish its answers');
      await this.options.sleep(PAUSE_MS);
    }
  }

  /** Resolves when the reports stand on the position. */
  async waitFor(position: bigint): Promise<void> {
    await this.ask(this.options.projector, `/v1/accounts?minPosition=${position}`, {}, 10 * MOST_TRIES);
  }

  private async ask(base: string, path: string, request: RequestInit, mostTries: number): Promise<Response> {
    if (!URL.canParse(path, base)) throw new DemoError(`${base} is not a URL`, 2);
    for (let tries = 1; ; tries += 1) {
      const reply = await this.fetch(new URL(path, base), request);
      if (reply?.ok === true) return reply;
      const isPassing = reply === null || reply.status === 503 || reply.status === 429;
      if (!isPassing || tries >= mostTries) throw await failure(base, reply);
      const asked = Number(reply?.headers.get('retry-after') ?? 1) * 1_000;
      await reply?.body?.cancel();
      await this.options.sleep(Math.min(Math.max(asked, PAUSE_MS), LONGEST_PAUSE_MS));
    }
  }

  /** Null if there was no answer. */
  private fetch(url: URL, { headers, ...request }: RequestInit): Promise<Response | null> {
    const { key } = this.options;
    return fetch(url, {
      ...request,
      headers: {
        ...(headers as Record<string, string>),
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      },
      redirect: 'error',
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    }).catch(() => null);
  }
}

/** Null if the answer broke off. Throws if the key does not cover the account. */
function readAnswer(text: string): Posted | null {
  const lines = text.split('\n').slice(0, -1);
  const counts = zCounts.safeParse(parseJson(lines.pop() ?? ''));
  if (!counts.success) return null;
  if (counts.data.rejected > 0)
    throw new DemoError('The key does not cover the account; --account names another one.');
  const { appended, duplicates, quarantined } = counts.data;
  const last = lines.findLast((line) => !line.includes('"position":null'));
  const position = last === undefined ? null : BigInt(zPosition.parse(parseJson(last)).position ?? 0);
  return { appended, duplicates, quarantined, position };
}

async function failure(base: string, reply: Response | null): Promise<DemoError> {
  if (reply === null) {
    return new DemoError(
      `No answer from ${base}: is the service running? Run npm start in another terminal first ` +
        '(--url and --reports-url name other addresses).',
    );
  }
  const problem = zProblem.safeParse(parseJson(await reply.text().catch(() => '')));
  const why = problem.success ? `${problem.data.detail} (${problem.data.code})` : `status ${reply.status}`;
  const isKey = reply.status === 401 || reply.status === 403;
  const hint = isKey ? ' Give a key with the scopes ingest and read as --key or ASH_API_KEY.' : '';
  return new DemoError(`${base} answered: ${why}${hint}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
