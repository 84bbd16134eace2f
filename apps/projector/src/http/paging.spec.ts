// Cursors: one query over many pages, whole and unchanged while the log grows.
import { tempFolders } from '@libs/event-store/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { encodeCursor } from '../queries/cursor.js';
import { ACCOUNT } from '../testing/agent-updates.js';
import { NOW, startProjector, type ProjectorUnderTest } from '../testing/projector-under-test.js';

const folder = tempFolders();
const BASE = `/v1/accounts/${ACCOUNT}`;
const WINDOW = 'from=2026-03-02T00:00:00Z&to=2026-03-03T00:00:00Z';
const AGENTS = ['3', '20', '100', '101', '2000'];

const zPage = z.looseObject({ nextCursor: z.string().nullable(), asOfPosition: z.string() });
const zRows = zPage.extend({
  rows: z.array(z.looseObject({ agentId: z.string(), bucketStart: z.string() })),
});

describe('pages', () => {
  let app: ProjectorUnderTest;

  const append = (agent: string, at: string): Promise<string> =>
    app.append({ agent, at, from: 'available', to: 'busy', since: '2026-03-02T08:00:00Z' });

  async function caughtUp(position: string): Promise<void> {
    expect((await app.get(`/v1/accounts?minPosition=${position}`)).status).toBe(200);
  }

  async function reportPage(query: string): Promise<z.output<typeof zRows>> {
    const { status, json } = await app.get(`${BASE}/reports/time-in-status?${query}`);
    expect(status).toBe(200);
    return zRows.parse(json);
  }

  async function refusal(path: string): Promise<unknown> {
    const { status, json } = await app.get(path);
    expect(status).toBe(400);
    return json;
  }

  beforeAll(async () => {
    app = await startProjector({ folder: folder() });
    let position = '';
    for (const agent of AGENTS) position = await append(agent, '2026-03-02T09:00:00Z');
    await caughtUp(position);
  });
  afterAll(() => app.close());

  it('no row is skipped or repeated while events arrive between the pages', async () => {
    const seen: string[] = [];
    let query = `${WINDOW}&bucket=1h&limit=7`;
    for (let minute = 10; ; minute++) {
      const page = await reportPage(query);
      seen.push(...page.rows.map(({ agentId, bucketStart }) => `${agentId} ${bucketStart}`));
      if (page.nextCursor === null) break;
      query = `cursor=${page.nextCursor}`;
      // A new agent before all others, and more of those there are.
      await append('1', `2026-03-02T10:${minute}:00Z`);
      await caughtUp(await append('101', `2026-03-02T10:${minute}:30Z`));
    }
    const hours = Array.from(
      { length: 24 },
      (_, hour) => `2026-03-02T${String(hour).padStart(2, '0')}:00:00.000Z`,
    );
    expect(seen).toEqual(AGENTS.flatMap((agent) => hours.map((hour) => `${agent} ${hour}`)));
  });

  it('the first page alone has totals, and each page says the position it stands on', async () => {
    const first = await reportPage(`${WINDOW}&bucket=1d&limit=2`);
    expect(Object.keys(first)).toEqual(expect.arrayContaining(['total', 'totals']));
    await caughtUp(await append('3', '2026-03-02T15:00:00Z'));
    const second = await reportPage(`cursor=${first.nextCursor ?? ''}`);
    expect(Object.keys(second)).not.toEqual(expect.arrayContaining(['total']));
    expect(BigInt(second.asOfPosition)).toBeGreaterThan(BigInt(first.asOfPosition));
  });

  it('every list can be paged through to the same rows as at once', async () => {
    const zAgents = zPage.extend({ agents: z.array(z.unknown()) });
    const all = zAgents.parse((await app.get(`${BASE}/agents`)).json);
    const rows: unknown[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: z.output<typeof zAgents> = zAgents.parse(
        (await app.get(`${BASE}/agents?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)).json,
      );
      rows.push(...page.agents);
      cursor = page.nextCursor;
    }
    expect(rows).toEqual(all.agents);
    expect(rows.length).toBeGreaterThan(2);
  });

  it('asOf is frozen by the first page and written as it was asked', async () => {
    const { nextCursor } = await reportPage(`${WINDOW}&limit=1&asOf=2026-03-02T10:00:00%2B01:00`);
    const page = await reportPage(`cursor=${nextCursor ?? ''}`);
    expect(page).toMatchObject({ asOf: '2026-03-02T09:00:00.000Z' });
  });

  it('parameters beside a cursor may repeat the first page’s in any spelling', async () => {
    const first = await reportPage(`${WINDOW}&limit=1&agentId=100&agentId=3&tz=Berlin`);
    const repeated =
      'from=2026-03-02T01:00:00%2B01:00&agentId=003&agentId=100&tz=Europe/Berlin&groupBy=agent';
    const { rows } = await reportPage(`cursor=${first.nextCursor ?? ''}&${repeated}`);
    expect(rows.map(({ agentId }) => agentId)).toEqual(['100']);
  });

  it('a parameter beside a cursor that differs from the first page’s is refused by name', async () => {
    const { nextCursor } = await reportPage(`${WINDOW}&limit=1`);
    const path = `${BASE}/reports/time-in-status?cursor=${nextCursor ?? ''}&track=browser&limit=2&from=2026-03-01T00:00:00Z`;
    expect(await refusal(path)).toMatchObject({
      code: 'invalid-parameters',
      parameters: [{ name: 'track' }, { name: 'limit' }, { name: 'from' }],
    });
  });

  it('a cursor of another route, account or agent is refused', async () => {
    const { nextCursor } = await reportPage(`${WINDOW}&limit=1`);
    const cursor = `cursor=${nextCursor ?? ''}`;
    for (const path of [`${BASE}/reports/acw`, `${BASE}/agents`, '/v1/accounts/1/reports/time-in-status']) {
      expect(await refusal(`${path}?${cursor}`)).toMatchObject({ parameters: [{ name: 'cursor' }] });
    }
  });

  it('a cursor with any one character changed is refused', async () => {
    const { nextCursor } = await reportPage(`${WINDOW}&limit=1`);
    const cursor = nextCursor ?? '';
    for (let at = 0; at < cursor.length; at += 7) {
      const other = cursor[at] === 'A' ? 'B' : 'A';
      const damaged = `${cursor.slice(0, at)}${other}${cursor.slice(at + 1)}`;
      expect(await refusal(`${BASE}/reports/time-in-status?cursor=${damaged}`)).toMatchObject({
        parameters: [{ name: 'cursor' }],
      });
    }
  });

  it('a cursor made by hand is checked like any other query', async () => {
    const forged = encodeCursor({
      ...{ name: 'time-in-status', account: ACCOUNT, agentId: null, asOf: NOW, after: '{}' },
      query: { from: '2026-03-02T00:00:00Z', to: '2026-03-01T00:00:00Z', limit: '99999', colour: 'red' },
    });
    expect(await refusal(`${BASE}/reports/time-in-status?cursor=${forged}`)).toMatchObject({
      parameters: [{ name: 'limit' }, { name: 'colour' }],
    });
  });
});
