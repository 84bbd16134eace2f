// How a store gets to its server, or says why it cannot: each failure is told apart, soon, and without the password.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { describe, expect, it } from '@jest/globals';
import { itemOf, newEvent } from '../testing/index.js';
import { LOOPBACK_CERTIFICATE, useKurrentDbDoubles } from '../testing/kurrentdb-double/index.js';
import { openKurrentDbEventStore, waitForKurrentDb } from './index.js';

const doubles = useKurrentDbDoubles();
const credentials = { username: 'writer', password: 's3cret/pass' };

function certificateFile(): string {
  const file = join(mkdtempSync(join(tmpdir(), 'kurrentdb-')), 'ca.pem');
  writeFileSync(file, LOOPBACK_CERTIFICATE);
  return file;
}

const withCredentials = (connectionString: string, password: string) =>
  `${connectionString.replace('://', `://writer:${encodeURIComponent(password)}@`)}?tlsCAFile=${encodeURIComponent(certificateFile())}`;

describe('TLS and credentials, from the connection string alone', () => {
  it('the right ones open the door, under either name of the product', async () => {
    const double = await doubles.start({ credentials });
    const url = withCredentials(double.connectionString, credentials.password);
    for (const connectionString of [url, url.replace('esdb:', 'kurrentdb:')]) {
      const store = doubles.open(connectionString);
      expect(await store.checkConnection()).toEqual({ serverVersion: '23.10.0' });
      expect((await store.append([itemOf('agent-1-1', 'noStream', newEvent(1))]))[0]).toMatchObject({
        revision: 0,
      });
    }
  });

  it('wrong ones are refused at once, in every verb, and never shown', async () => {
    const double = await doubles.start({ credentials });
    const store = doubles.open(withCredentials(double.connectionString, 'wr0ng'), { attempts: 1_000 });
    const { signal } = new AbortController();
    const tries = [
      store.checkConnection(),
      store.append([itemOf('agent-1-1', 'noStream', newEvent(1))]),
      store.readStream('agent-1-1', { limit: 1 }),
      store.readAll({ after: null, limit: 1 }),
      store.head(),
      store.follow({ after: null, signal })[Symbol.asyncIterator]().next(),
    ];
    for (const outcome of await Promise.allSettled(tries)) {
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: { code: 'store-refused', message: expect.stringContaining('credentials') },
      });
      const reason: unknown = outcome.status === 'rejected' ? outcome.reason : null;
      expect(inspect(reason, { depth: 10 })).not.toContain('wr0ng');
    }
    expect(double.log.stream('agent-1-1')).toEqual([]);
  });

  it('a server whose certificate nobody vouches for is not talked to', async () => {
    const double = await doubles.start({ credentials });
    const store = doubles.open(double.connectionString);
    await expect(store.checkConnection(500)).rejects.toMatchObject({
      code: 'store-unavailable',
      message: expect.stringContaining('self-signed certificate'),
    });
  });
});

describe('a start that fails says why', () => {
  it('nobody listens: where, and for how long it tried', async () => {
    const double = await doubles.start();
    await double.stop();
    const store = doubles.open(`esdb://admin:changeit@127.0.0.1:${double.port}?tls=false`);
    await expect(store.checkConnection(1_200)).rejects.toMatchObject({
      code: 'store-unavailable',
      message: expect.stringMatching(
        new RegExp(`reach 127\\.0\\.0\\.1:${double.port}, tried for 1 s: .*REFUSED`),
      ),
    });
    await expect(store.checkConnection(1)).rejects.not.toMatchObject({
      message: expect.stringContaining('changeit'),
    });
  });

  it('a web server, and a gRPC server of something else, are no KurrentDB', async () => {
    const web = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1');
    await new Promise((resolve) => web.once('listening', resolve));
    const grpc = new Server();
    const grpcPort = await new Promise<number>((resolve, reject) => {
      grpc.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
        error === null ? resolve(port) : reject(error),
      );
    });
    for (const port of [(web.address() as AddressInfo).port, grpcPort]) {
      const store = doubles.open(`esdb://127.0.0.1:${port}?tls=false`);
      await expect(store.checkConnection(2_000)).rejects.toMatchObject({
        code: 'store-refused',
        message: expect.stringContaining('no KurrentDB'),
      });
    }
    web.close();
    web.closeAllConnections();
    grpc.forceShutdown();
  });

  it('it can wait for the server, or give up by its signal', async () => {
    const double = await doubles.start();
    await double.stop();
    const store = doubles.open(double);
    const waits: string[] = [];
    const waiting = waitForKurrentDb(store, {
      signal: new AbortController().signal,
      onWaiting: ({ code }) => waits.push(code),
    });
    while (waits.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await double.start();
    expect(await waiting).toBe(true);
    expect(waits[0]).toBe('store-unavailable');
    expect(await waitForKurrentDb(store, { signal: AbortSignal.abort() })).toBe(false);
  });
});

describe('after the server was away', () => {
  it('the first call finds it again, however long it was', async () => {
    const double = await doubles.start();
    const store = doubles.open(double, { attempts: 2 });
    await store.append([itemOf('agent-1-1', 'noStream', newEvent(1))]);
    await double.stop();
    for (let tries = 0; tries < 12; tries += 1) {
      await expect(store.head()).rejects.toMatchObject({ code: 'store-unavailable' });
    }
    await double.start();
    const started = performance.now();
    expect(await store.readStream('agent-1-1', { limit: 5 })).toHaveLength(1);
    expect((await store.append([itemOf('agent-1-1', 0, newEvent(2))]))[0]).toMatchObject({ revision: 1 });
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('connection strings', () => {
  it.each([
    'esdb://localhost',
    'esdb://localhost:2113/?tls=false',
    'esdb://user:pa%40ss%3Aword@a.example:2113,b.example:2113,c.example:2113?nodePreference=leader',
    'esdb+discover://admin:changeit@cluster.example',
    'kurrentdb+discover://cluster.example?tls=true&keepAliveInterval=10000',
    'kurrentdb://localhost:2113?tls=false&tlsVerifyCert=false',
  ])('%s is one', async (connectionString) => {
    await openKurrentDbEventStore({ connectionString }).close();
  });

  it.each([
    ['another scheme', 'http://admin:s3cret@localhost', /expected esdb/],
    ['nothing', '', /expected esdb/],
    ['no host', 'esdb://admin:s3cret@', /expected esdb/],
    ['a password that needs encoding', 'esdb://admin:s3cret/x@localhost', /expected esdb/],
    ['a user without a password', 'esdb://s3cret@localhost', /user:password/],
    ['a broken encoding', 'esdb://admin:s3cret%zz@localhost', /percent-encoded/],
    ['an unknown option', 'esdb://admin:s3cret@localhost?tsl=false', /option "tsl" is unknown/],
    ['an option without a value', 'esdb://admin:s3cret@localhost?tls', /no value/],
    ['a wrong value', 'esdb://admin:s3cret@localhost?tls=perhaps', /a value it cannot have/],
    ['a missing file', 'esdb://admin:s3cret@localhost?tlsCAFile=/no/such/file', /certificate/],
    ['what the client ignores', 'esdb://admin:s3cret@localhost?tlsVerifyCert=false', /tlsCAFile/],
  ])('%s is misuse, told without the secret', (_what, connectionString, message) => {
    const opening = () => openKurrentDbEventStore({ connectionString });
    expect(opening).toThrow(message);
    expect(opening).toThrow(expect.objectContaining({ code: 'store-misuse' }));
    expect(opening).not.toThrow(/s3cret/);
  });
});
