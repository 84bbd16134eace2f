// Queries that wait in vain: of clients that have gone, and of an app that stops.
import { request as httpRequest } from 'node:http';
import { tempFolders } from '@libs/event-store/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { QueryReader } from '../queries/query-reader.js';
import type { ReadAnswer, ReadRequest } from '../queries/read-request.js';
import { createReaderQueue, type ReaderQueue } from '../queries/reader-queue.js';
import { ACCOUNT } from '../testing/agent-updates.js';
import { startProjector, type ProjectorUnderTest } from '../testing/projector-under-test.js';

const newFolder = tempFolders();
const AGENTS = `/v1/accounts/${ACCOUNT}/agents`;

describe('a query that waits for a reader', () => {
  let app: ProjectorUnderTest;
  let queue: ReaderQueue;
  let begun: string[];
  let release: () => void;

  // One reader, which answers nothing before it is released.
  beforeEach(async () => {
    begun = [];
    queue = createReaderQueue({ readers: 1, mostWaiting: 10 });
    const released = new Promise<void>((resolve) => (release = resolve));
    const answer = async (request: ReadRequest): Promise<ReadAnswer> => {
      begun.push(request.name);
      await released;
      return new TextEncoder().encode('{}');
    };
    const reader: QueryReader = {
      ask: (request, gone) => queue.run(() => answer(request), gone),
      waiting: queue.waiting,
      refuseWaiting: queue.refuseWaiting,
      close: () => Promise.resolve(),
    };
    app = await startProjector({ folder: newFolder(), runtime: { reader } });
    await until(async () => (await app.get('/v1/projections')).text.includes('"waiting-for-event-store"'));
  });
  afterEach(async () => {
    release();
    await app.close();
  });

  async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  it('is dropped when its client disconnects, and never run', async () => {
    const address = await app.listen();
    const first = app.get(AGENTS);
    await until(() => begun.length === 1);
    const leaving = httpRequest(`${address}/v1/accounts/${ACCOUNT}/teams`);
    const cut = new Promise((resolve) => leaving.once('error', resolve));
    leaving.end();
    await until(() => queue.waiting() === 1);
    leaving.destroy();
    await cut;
    await until(() => queue.waiting() === 0);
    release();
    expect((await first).status).toBe(200);
    expect((await app.get(AGENTS)).status).toBe(200);
    expect(begun).toEqual(['agents', 'agents']);
    expect(app.logged()).not.toMatch(/request (failed|refused)/);
  });

  it('is refused at once when the app stops, and what runs is answered', async () => {
    const running = app.get(AGENTS);
    await until(() => begun.length === 1);
    const waiting = app.get(AGENTS);
    await until(() => queue.waiting() === 1);
    const closed = app.close();
    const { status, json, headers } = await waiting;
    expect(status).toBe(503);
    expect(json).toMatchObject({ code: 'unavailable', detail: 'The app is stopping.' });
    expect(headers['retry-after']).toBe('1');
    release();
    expect((await running).status).toBe(200);
    await closed;
  });
});
