// The question at the start: is anybody there, is it a KurrentDB, does it let us in? Told apart, because each is mended
// by somebody else.
import { EventStoreError } from '../errors.js';
import { isUnavailable, toEventStoreError } from './kurrentdb-errors.js';
import type { KurrentDbConnection } from './kurrentdb-connection.js';
import { allReadRequest } from './read-requests.js';

const ATTEMPT_MS = 3_000;
const PAUSE_MS = 250;
/** What a web server's answer to gRPC looks like from here. */
const NOT_GRPC = /protocol error|ERR_HTTP2|invalid content-type|HTTP status code (?!401|403)/i;

export interface ServerInfo {
  readonly serverVersion: string;
}

/** Throws `store-unavailable` once `withinMs` have passed, `store-refused` at once. */
export async function checkServer(connection: KurrentDbConnection, withinMs: number): Promise<ServerInfo> {
  const started = performance.now();
  for (;;) {
    const left = withinMs - (performance.now() - started);
    try {
      return await checkOnce(connection, Math.max(1, Math.min(ATTEMPT_MS, left)));
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      const seconds = Math.round((performance.now() - started) / 1_000);
      if (performance.now() - started + PAUSE_MS >= withinMs) {
        throw toEventStoreError(causeOf(error), `reach ${connection.hosts}, tried for ${seconds} s`);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

async function checkOnce(connection: KurrentDbConnection, ms: number): Promise<ServerInfo> {
  const doing = `talk to ${connection.hosts}`;
  try {
    const methods = await connection.supportedMethods(ms);
    const appends = methods
      .getMethodsList()
      .some((method) => method.getMethodName().toLowerCase() === 'batchappend');
    const serverVersion = methods.getEventStoreServerVersion();
    if (!appends) throw refused(`${doing}: server version ${serverVersion} is too old`);
    const last = allReadRequest({ direction: 'backwards', from: null, count: 1, prefixes: null });
    const receiver = await connection.read(last, { deadlineMs: ms });
    while ((await receiver.next()) !== null);
    return { serverVersion };
  } catch (error) {
    if (error instanceof Error && NOT_GRPC.test(error.message)) {
      throw refused(`${doing}: this is no KurrentDB or EventStoreDB server (${error.message})`);
    }
    throw toEventStoreError(error, doing);
  }
}

function causeOf(error: unknown): unknown {
  return error instanceof EventStoreError ? error.cause : error;
}

function refused(text: string): EventStoreError {
  return new EventStoreError('store-refused', `event store: cannot ${text}`);
}
