// What a client may ask, and how it is told what it may not.
import { tempFolders } from '@libs/event-store/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ACCOUNT } from '../testing/agent-updates.js';
import { startProjector, type ProjectorUnderTest } from '../testing/projector-under-test.js';

const folder = tempFolders();
const BASE = `/v1/accounts/${ACCOUNT}`;
const WINDOW = 'from=2026-03-02T00:00:00Z&to=2026-03-03T00:00:00Z';

describe('parameters', () => {
  let app: ProjectorUnderTest;

  beforeAll(async () => {
    app = await startProjector({ folder: folder() });
    const position = await app.append({
      ...{ agent: '7', at: '2026-03-02T09:30:00Z', from: 'available', to: 'busy' },
      since: '2026-03-02T09:00:00Z',
    });
    await app.get(`${BASE}/agents?minPosition=${position}`);
  });
  afterAll(() => app.close());

  async function namedIn(path: string): Promise<Record<string, string>> {
    const { status, json, headers } = await app.get(`${BASE}${path}`);
    expect(status).toBe(400);
    expect(headers['content-type']).toContain('application/problem+json');
    expect(json).toMatchObject({ code: 'invalid-parameters' });
    const { parameters } = json as { parameters: { name: string; message: string }[] };
    return Object.fromEntries(parameters.map(({ name, message }) => [name, message]));
  }

  it('all that are wrong are named in one answer', async () => {
    const path = `/reports/time-in-status?from=yesterday&bucket=2h&groupBy=floor&tz=Mars&visits=yes&limit=0&track=mood&form=1`;
    expect(Object.keys(await namedIn(path)).sort()).toEqual(
      ['bucket', 'form', 'from', 'groupBy', 'limit', 'to', 'track', 'tz', 'visits'].sort(),
    );
  });

  it.each([
    ['an instant without an offset', `from=2026-03-02T00:00:00&to=2026-03-03T00:00:00Z`, 'from'],
    ['a day that does not exist', `from=2026-02-30T00:00:00Z&to=2026-03-03T00:00:00Z`, 'from'],
    ['a missing end', `from=2026-03-02T00:00:00Z`, 'to'],
    ['a window of no length', `from=2026-03-02T00:00:00Z&to=2026-03-02T00:00:00Z`, 'to'],
    ['a scalar given twice', `${WINDOW}&tz=UTC&tz=UTC`, 'tz'],
    ['an asOf after now', `${WINDOW}&asOf=2026-03-10T12:00:00.001Z`, 'asOf'],
    ['each agent’s zone for teams', `${WINDOW}&tz=agent&groupBy=team`, 'tz'],
    ['an offset as a zone', `${WINDOW}&tz=%2B05:30`, 'tz'],
    ['an agent that is no number', `${WINDOW}&agentId=7&agentId=x`, 'agentId'],
    ['an empty team', `${WINDOW}&teamId=`, 'teamId'],
    [
      'too many teams',
      `${WINDOW}&${Array.from({ length: 1_001 }, (_, n) => `teamId=${n}`).join('&')}`,
      'teamId',
    ],
    ['a limit of too many rows', `${WINDOW}&limit=10001`, 'limit'],
    ['a position that is none', `${WINDOW}&minPosition=-1`, 'minPosition'],
    ['a cursor that is damaged', `${WINDOW}&cursor=abc`, 'cursor'],
  ])('%s is refused by name', async (_what, query, name) => {
    expect(Object.keys(await namedIn(`/reports/time-in-status?${query}`))).toEqual([name]);
  });

  it.each(['/reports/time-in-status', '/reports/acw', '/agents/7/timeline', '/agents', '/live'])(
    'recordedUntil on %s is not ignored but said to come later',
    async (path) => {
      const window = path === '/agents' || path === '/live' ? '' : `${WINDOW}&`;
      expect(await namedIn(`${path}?${window}recordedUntil=2026-03-02T00:00:00Z`)).toEqual({
        recordedUntil: 'is not supported yet',
      });
    },
  );

  it('a parameter of another report is refused', async () => {
    expect(await namedIn(`/reports/acw?${WINDOW}&track=browser`)).toEqual({
      track: 'is not a known parameter',
    });
    expect(await namedIn(`/agents?asOf=2026-03-02T00:00:00Z`)).toEqual({ asOf: 'is not a known parameter' });
  });

  it('an id that is no number is refused, and leading zeros say nothing', async () => {
    expect(Object.keys(await namedIn('/agents/seven'))).toEqual(['agentId']);
    expect(await app.get(`${BASE}/agents/007`)).toMatchObject({ status: 200, json: { agentId: '7' } });
  });

  it('a zone is understood by its Rails name, and the answer names the zone it stands for', async () => {
    const { json } = await app.get(
      `${BASE}/reports/acw?${WINDOW}&tz=Eastern%20Time%20%28US%20%26%20Canada%29`,
    );
    expect(json).toMatchObject({ window: { tz: 'America/New_York' } });
  });

  it.each(['text/csv', 'application/x-ndjson', 'application/json;q=0'])(
    'a reply as %s is 406, not JSON all the same',
    async (accept) => {
      const { status, json } = await app.get(`${BASE}/reports/acw?${WINDOW}`, { accept });
      expect(status).toBe(406);
      expect(json).toMatchObject({ code: 'not-acceptable' });
    },
  );

  it('whoever takes JSON beside other forms gets JSON', async () => {
    const { status } = await app.get(`${BASE}/agents`, { accept: 'text/csv, application/json;q=0.5' });
    expect(status).toBe(200);
  });

  it.each([
    ['GET', `${BASE}/agents/7/explain?at=2026-03-02T09:00:00Z`],
    ['GET', `${BASE}/changes`],
    ['GET', `${BASE}/live/stream`],
    ['POST', '/v1/projections/rebuild'],
  ] as const)('%s %s, which comes later, is 400 and says so, not 404', async (method, url) => {
    const { status, json } = await app.ask(method, url, { accept: 'text/event-stream' });
    expect(status).toBe(400);
    expect(json).toMatchObject({
      code: 'not-supported-yet',
      detail: expect.stringContaining('not supported yet'),
    });
  });

  it.each(['from', 'to', 'asOf'])('%s outside the years 0001 to 9999 is refused by name', async (name) => {
    const window = { from: '2026-03-02T00:00:00Z', to: '2026-03-03T00:00:00Z' };
    for (const instant of [
      '0000-12-31T23:59:59Z',
      '9999-12-31T23:59:59-00:01',
      '0001-01-01T00:00:00+00:01',
    ]) {
      const query = new URLSearchParams({ ...window, [name]: instant });
      expect((await namedIn(`/reports/time-in-status?${String(query)}`))[name]).toBe(
        'must lie in the years 0001 to 9999',
      );
    }
  });

  it('a window of all years that can be asked for has an answer in every zone', async () => {
    const all = 'from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59.999Z';
    for (const zone of ['UTC', 'Asia/Tokyo', 'America/New_York', 'agent']) {
      for (const path of ['/reports/time-in-status', '/reports/data-quality']) {
        const { status, json } = await app.get(`${BASE}${path}?${all}&tz=${zone}`);
        expect({ zone, path, status, json }).toMatchObject({ status: 200 });
      }
    }
    expect(await app.get(`${BASE}/agents/7/timeline?${all}`)).toMatchObject({ status: 200 });
    expect(await app.get(`${BASE}/agents/7/events?${all}`)).toMatchObject({ status: 200 });
  });
});
