// The events behind a timeline come back as they were received, page by page.
import { agentStream } from '@libs/domain';
import { tempFolders } from '@libs/event-store/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ACCOUNT, payloadOf, record, type StatusChange } from '../testing/agent-updates.js';
import { NOW, startProjector, type ProjectorUnderTest } from '../testing/projector-under-test.js';
import { eventsReply } from './account-replies.js';

const newFolder = tempFolders();
const BASE = `/v1/accounts/${ACCOUNT}/agents/7/events`;
const DAY = 'from=2026-03-02T00:00:00Z&to=2026-03-03T00:00:00Z';

describe('events', () => {
  let app: ProjectorUnderTest;
  const change = (minute: number): StatusChange => ({
    ...{ agent: '7', at: `2026-03-02T09:${minute}:00Z` },
    ...(minute % 2 === 0 ? { from: 'available', to: 'busy' } : { from: 'busy', to: 'available' }),
    since: `2026-03-02T09:${String(minute - 1).padStart(2, '0')}:00Z`,
  });
  // Out of order, and between those of another agent.
  const minutes = [12, 10, 11, 30, 13, 20];

  beforeAll(async () => {
    app = await startProjector({ folder: newFolder() });
    let position = '';
    for (const minute of minutes) {
      await app.append({ ...change(minute), agent: '8' });
      position = await app.append(change(minute));
    }
    const foreign = payloadOf(change(40));
    const byAdmin = {
      ...foreign,
      data: { ...foreign.data, actor: { id: 1, name: 'Boss', account_admin: true } },
    };
    position = await record(app.log(), byAdmin, NOW);
    expect((await app.get(`/v1/accounts?minPosition=${position}`)).status).toBe(200);
  });
  afterAll(() => app.close());

  async function page(query: string) {
    const { status, json } = await app.get(`${BASE}?${query}`);
    expect(status).toBe(200);
    return eventsReply.parse(json);
  }

  it('an event is shown with its diff and its actor as they were received, personal parts included', async () => {
    const { events } = await page(`${DAY}&limit=1`);
    const { data } = payloadOf(change(10));
    const { agent: _, ...actor } = data.actor;
    expect(events).toEqual([
      {
        eventId: expect.stringMatching(
          /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        ),
        type: 'AgentUpdated',
        at: '2026-03-02T09:10:00.000Z',
        receivedAt: new Date(NOW).toISOString(),
        recordedAt: new Date(NOW).toISOString(),
        position: '4',
        revision: 1,
        by: 'self',
        changes: data.changes,
        actor,
        source: expect.objectContaining({ event: 'onAgentUpdate', region: 'EUC' }),
      },
    ]);
  });

  it('all events of the window come by time, over however many pages', async () => {
    const seen: string[] = [];
    let query = `${DAY}&limit=2`;
    for (;;) {
      const { events, nextCursor } = await page(query);
      seen.push(...events.map(({ at, revision }) => `${at} ${revision}`));
      if (nextCursor === null) break;
      query = `cursor=${nextCursor}`;
    }
    const expected = [...minutes, 40]
      .map((minute, revision) => `2026-03-02T09:${minute}:00.000Z ${revision}`)
      .sort();
    expect(seen).toEqual(expected);
  });

  it('the window is closed at its start and open at its end', async () => {
    const { events } = await page('from=2026-03-02T09:11:00Z&to=2026-03-02T09:13:00Z');
    expect(events.map(({ at }) => at)).toEqual(['2026-03-02T09:11:00.000Z', '2026-03-02T09:12:00.000Z']);
  });

  it('events of one instant come in the order of the log', async () => {
    // Of the two, the timeline takes the second first: it alone follows on from what was before.
    const since = '2026-03-02T11:00:00Z';
    const at = '2026-03-02T11:50:00Z';
    await app.append({ agent: '9', at: since, from: 'acw', to: 'available', since: '2026-03-02T10:00:00Z' });
    const first = await app.append({ agent: '9', at, from: 'busy', to: 'acw', since: at });
    const second = await app.append({ agent: '9', at, from: 'available', to: 'busy', since });
    expect((await app.get(`/v1/accounts?minPosition=${second}`)).status).toBe(200);
    const { json } = await app.get(
      `/v1/accounts/${ACCOUNT}/agents/9/events?from=${at}&to=2026-03-02T12:00:00Z`,
    );
    expect(eventsReply.parse(json).events.map(({ position }) => position)).toEqual([first, second]);
  });

  it('pages of large events end by their bytes, and the next goes on right behind', async () => {
    const large = 'x'.repeat(200_000);
    let position = '';
    // Appended backwards, two of an instant.
    for (let n = 49; n >= 0; n--) {
      const at = `2026-03-02T12:${String(n - (n % 2)).padStart(2, '0')}:00Z`;
      const payload = payloadOf({ agent: '10', at, from: 'busy', to: 'available', since: at });
      const { model_changes } = payload.data.changes;
      const changes = { model_changes: { ...model_changes, note: [String(n), large] } };
      position = await record(app.log(), { ...payload, data: { ...payload.data, changes } }, NOW);
    }
    expect((await app.get(`/v1/accounts?minPosition=${position}`)).status).toBe(200);
    const path = `/v1/accounts/${ACCOUNT}/agents/10/events`;
    const seen: string[][] = [];
    let query = `${DAY}&limit=30`;
    for (;;) {
      const { status, json, text } = await app.get(`${path}?${query}`);
      expect(status).toBe(200);
      expect(text.length).toBeLessThan(4_100_000);
      const { events, nextCursor } = eventsReply.parse(json);
      seen.push(events.map((event) => event.position));
      if (nextCursor === null) break;
      query = `cursor=${nextCursor}`;
    }
    const all = await app.log().readStream(agentStream(ACCOUNT, '10'), { limit: 100 });
    const inOrder = all.map((event) => [(event.data as { at: number }).at, Number(event.position)] as const);
    inOrder.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    expect(seen.flat()).toEqual(inOrder.map(([, place]) => String(place)));
    expect(seen.map((page) => page.length)).toEqual([19, 19, 12]);
  });

  it('an event by somebody else says so', async () => {
    const { events } = await page('from=2026-03-02T09:40:00Z&to=2026-03-02T09:41:00Z');
    expect(events).toMatchObject([{ by: 'other', actor: { id: 1, name: 'Boss' } }]);
  });
});
