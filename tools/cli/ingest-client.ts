// Talks to the running ingest app over HTTP. Turns every failure into one line that says what to do.
import { z } from 'zod';
import { CliError } from './cli-error.js';

const TIMEOUT_MS = 30_000;

export interface IngestClientOptions {
  /** Base URL of the ingest app. */
  readonly url: string;
  /** API key; null without keys. */
  readonly key: string | null;
}

const zProblem = z.looseObject({ code: z.string(), detail: z.string() });

/** The JSON of a reply. `accept`: error statuses that are an answer all the same. Throws `CliError`. */
export async function callIngest(
  options: IngestClientOptions,
  request: { readonly method: 'GET' | 'POST'; readonly path: string; readonly body?: unknown },
  accept: readonly number[] = [],
): Promise<unknown> {
  const reply = await send(options, request, AbortSignal.timeout(TIMEOUT_MS));
  const value = parseJson(await reply.text());
  if (reply.ok || accept.includes(reply.status)) return value;
  throw problemOf(reply.status, value);
}

/** The bytes of a reply, however long it goes on. Throws `CliError`, also where it breaks off. */
export async function* streamIngest(
  options: IngestClientOptions,
  path: string,
): AsyncGenerator<Uint8Array, void> {
  const reply = await send(options, { method: 'GET', path });
  if (!reply.ok) throw problemOf(reply.status, parseJson(await reply.text()));
  try {
    for await (const chunk of reply.body ?? []) yield chunk;
  } catch {
    throw new CliError('the answer broke off: see the log of the ingest app', 1);
  }
}

function problemOf(status: number, value: unknown): CliError {
  const problem = zProblem.safeParse(value);
  const why = problem.success ? `${problem.data.detail} (${problem.data.code})` : `status ${status}`;
  const hint = status === 401 ? ' Give the key as --key or ASH_API_KEY.' : '';
  return new CliError(`${why}${hint}`, 1);
}

async function send(
  { url, key }: IngestClientOptions,
  { method, path, body }: { readonly method: string; readonly path: string; readonly body?: unknown },
  signal?: AbortSignal,
): Promise<Response> {
  if (!URL.canParse(path, url)) throw new CliError(`${url} is not a URL`, 2);
  try {
    return await fetch(new URL(path, url), {
      method,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'error',
      ...(signal === undefined ? {} : { signal }),
    });
  } catch {
    throw new CliError(
      `no answer from ${url}: is the service running? (npm start; --url names another address)`,
      1,
    );
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
