// Anyone can make a cursor with the right checksum: whatever it says is a mistake of the client's, never of the app's.
import { tempFolders } from '@libs/event-store/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodeCursor, type Cursor } from '../queries/cursor.js';
import { ACCOUNT } from '../testing/agent-updates.js';
import { NOW, startProjector, type ProjectorUnderTest, type Reply } from '../testing/projector-under-test.js';

const newFolder = tempFolders();
const WINDOW = { from: '2026-03-02T00:00:00Z', to: '2026-03-03T00:00:00Z' };
const ROUTES = [
  ['time-in-status', '/reports/time-in-status', null, WINDOW],
  ['acw', '/reports/acw', null, WINDOW],
  ['sessions-report', '/reports/sessions', null, WINDOW],
  ['data-quality', '/reports/data-quality', null, WINDOW],
  ['agents', '/agents', null, {}],
  ['teams', '/teams', null, {}],
  ['statuses', '/statuses', null, {}],
  ['live', '/live', null, {}],
  ['timeline', '/agents/7/timeline', '7', WINDOW],
  ['sessions', '/agents/7/sessions', '7', WINDOW],
  ['event-places', '/agents/7/events', '7', WINDOW],
] as const;

/** None of them is what any page of any route ends with. */
const NEVER_AFTER = [
  ...['', 'x', '{}', '[]', 'null', 'true', '[null]', '[[]]', '[{}]', '["1","2"]', '[1,2,3,4,5]', '{"a":1}'],
  ...['1.5', '1e999', '[1e999,1]', '[1.5,0]', '{"agentId":5,"bucketStart":"x"}', '{"agentId":null}'],
];

describe('a forged cursor', () => {
  let app: ProjectorUnderTest;

  beforeAll(async () => {
    app = await startProjector({ folder: newFolder() });
    const position = await app.append({
      ...{ agent: '7', at: '2026-03-02T09:30:00Z', from: 'available', to: 'busy' },
      since: '2026-03-02T09:00:00Z',
    });
    expect((await app.get(`/v1/accounts?minPosition=${position}`)).status).toBe(200);
  });
  afterAll(() => app.close());

  const send = (path: string, cursor: Cursor): Promise<Reply> =>
    app.get(`/v1/accounts/${ACCOUNT}${path}?cursor=${encodeCursor(cursor)}`);
  const namesCursor = { status: 400, json: { code: 'invalid-parameters', parameters: [{ name: 'cursor' }] } };

  it.each(ROUTES)('of %s that resumes nowhere is refused, not a 500', async (name, path, agentId, query) => {
    for (const after of NEVER_AFTER) {
      const reply = await send(path, { name, account: ACCOUNT, agentId, query, asOf: NOW, after });
      expect({ after, ...reply }).toMatchObject(namesCursor);
    }
  });

  it.each(ROUTES)('of %s with a number for what is none is no 500', async (name, path, agentId, query) => {
    for (const after of ['5', '""', '"5"', '"\\u0000"', '[5,5]', '[5,5,5]', '-9007199254740993', '1e15']) {
      const reply = await send(path, { name, account: ACCOUNT, agentId, query, asOf: NOW, after });
      if (reply.status !== 200) expect({ after, ...reply }).toMatchObject(namesCursor);
    }
  });

  it.each(ROUTES)(
    'of %s with an asOf that is no instant is refused, not a 500',
    async (name, path, agentId, query) => {
      for (const asOf of [8.64e15 + 1, -8.64e15, Number.MAX_SAFE_INTEGER, 0.5, NOW + 3_600_000]) {
        const reply = await send(path, { name, account: ACCOUNT, agentId, query, asOf, after: '"5"' });
        expect({ asOf, ...reply }).toMatchObject(namesCursor);
        // Before anything is asked of the read model.
        expect(reply.text).toMatch(/"message":"(is damaged|has an asOf in the future)"/);
      }
    },
  );

  it('with a window beyond all years is refused by the window’s name', async () => {
    const query = { ...WINDOW, from: '0000-01-01T00:00:00Z' };
    const cursor = { name: 'acw', account: ACCOUNT, agentId: null, query, asOf: NOW, after: '"5"' };
    expect(await send('/reports/acw', cursor)).toMatchObject({
      status: 400,
      json: { parameters: [{ name: 'from' }] },
    });
  });
});
