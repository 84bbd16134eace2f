// What a start says of the server of the event store, on the protocol double: each failure as the line that an operator reads.
import { describe, expect, it } from '@jest/globals';
import { StartupError } from '@libs/platform';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import {
  LOOPBACK_CERTIFICATE,
  useKurrentDbDoubles,
} from '../../../libs/event-store/src/testing/kurrentdb-double/index.js';
import { reachEventStore } from './reach-event-store.js';

const doubles = useKurrentDbDoubles();

function listeningLogger() {
  let log = '';
  const logger = pino({ level: 'trace' }, { write: (line: string) => void (log += line) });
  const says = async (text: string): Promise<void> => {
    while (!log.includes(text)) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  return { logger, says, log: () => log };
}

describe('at the start', () => {
  it('a server that answers is named by its version', async () => {
    const { logger, log } = listeningLogger();
    const store = doubles.open(await doubles.start());
    await reachEventStore(store, { logger, signal: new AbortController().signal });
    expect(log()).toMatch(/"serverVersion":"23\.10\.0".*the event store answers/);
  });

  it('wrong credentials end it', async () => {
    const { logger } = listeningLogger();
    const double = await doubles.start({ credentials: { username: 'writer', password: 's3cret' } });
    const file = join(await mkdtemp(join(tmpdir(), 'ca-')), 'ca.pem');
    await writeFile(file, LOOPBACK_CERTIFICATE);
    const host = double.connectionString.replace('esdb://', 'esdb://writer:wr0ng@');
    const store = doubles.open(`${host}?tlsCAFile=${encodeURIComponent(file)}`);
    const reached = reachEventStore(store, { logger, signal: new AbortController().signal });
    await expect(reached).rejects.toThrow(
      new StartupError(
        `event store: cannot talk to 127.0.0.1:${double.port}: the server refuses the credentials, or their rights do not reach`,
      ),
    );
  });

  it('what is no KurrentDB ends it, and the password is not shown', async () => {
    const { logger, log } = listeningLogger();
    const { signal } = new AbortController();
    const web = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1');
    await new Promise((resolve) => web.once('listening', resolve));
    const { port } = web.address() as AddressInfo;
    const elsewhere = doubles.open(`esdb://admin:s3cret@127.0.0.1:${port}?tls=false`);
    await expect(reachEventStore(elsewhere, { logger, signal })).rejects.toThrow(StartupError);
    await expect(reachEventStore(elsewhere, { logger, signal })).rejects.toThrow(
      `event store: cannot talk to 127.0.0.1:${port}: this is no KurrentDB or EventStoreDB server`,
    );
    web.close();
    web.closeAllConnections();
    expect(log()).not.toContain('s3cret');
  });

  it('a server that is away is waited for, and found when it comes', async () => {
    const { logger, says, log } = listeningLogger();
    const ending = new AbortController();
    const double = await doubles.start();
    await double.stop();
    await reachEventStore(doubles.open(double), { logger, signal: ending.signal });
    expect(log()).toContain(`cannot reach 127.0.0.1:${double.port}`);
    expect(log()).toContain('until it is there, requests are answered 503');
    await double.start();
    await says('the event store answers');
    ending.abort();
  });
});
