// Replies say exactly what the OpenAPI document promises: no member more, none less.
import { tempFolders } from '@libs/event-store/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import { ACCOUNT } from '../testing/agent-updates.js';
import { startProjector, type ProjectorUnderTest } from '../testing/projector-under-test.js';
import {
  accountsReply,
  agentReply,
  agentsReply,
  eventsReply,
  liveReply,
  sessionsReply,
  statusesReply,
  teamsReply,
  timelineReply,
} from './account-replies.js';
import { projectionsReply } from './projections-reply.js';
import { acwReply, dataQualityReply, sessionsReportReply, timeInStatusReply } from './report-replies.js';

const newFolder = tempFolders();
const BASE = `/v1/accounts/${ACCOUNT}`;
const WINDOW = 'from=2026-03-02T00:00:00Z&to=2026-03-03T00:00:00Z';
const REPLIES: readonly (readonly [string, z.ZodType])[] = [
  ...['', '&bucket=1h&tz=agent', '&groupBy=team&visits=true', '&groupBy=account', '&track=browser'].map(
    (more) => [`${BASE}/reports/time-in-status?${WINDOW}${more}`, timeInStatusReply] as const,
  ),
  [`${BASE}/reports/acw?${WINDOW}&bucket=1d&visits=true`, acwReply],
  [`${BASE}/reports/sessions?${WINDOW}&bucket=1d`, sessionsReportReply],
  [`${BASE}/reports/data-quality?${WINDOW}&groupBy=team`, dataQualityReply],
  [`${BASE}/agents`, agentsReply],
  [`${BASE}/agents/7`, agentReply],
  [`${BASE}/agents/7/timeline?${WINDOW}`, timelineReply],
  [`${BASE}/agents/7/sessions?${WINDOW}`, sessionsReply],
  [`${BASE}/agents/7/events?${WINDOW}`, eventsReply],
  [`${BASE}/teams`, teamsReply],
  [`${BASE}/statuses`, statusesReply],
  [`${BASE}/statuses?track=login`, statusesReply],
  [`${BASE}/live`, liveReply],
  ['/v1/accounts', accountsReply],
  ['/v1/projections', projectionsReply],
];

describe('replies', () => {
  let app: ProjectorUnderTest;

  beforeAll(async () => {
    app = await startProjector({ folder: newFolder() });
    const since = '2026-03-02T09:00:00Z';
    await app.append({ agent: '7', at: '2026-03-02T09:30:00Z', from: 'available', to: 'busy', since });
    // The change from acw to lunch was lost: a gap and doubtful time.
    await app.append({
      agent: '7',
      at: '2026-03-02T09:40:00Z',
      from: 'busy',
      to: 'acw',
      since: '2026-03-02T09:30:00Z',
    });
    await app.append({
      agent: '7',
      at: '2026-03-02T10:40:00Z',
      from: 'lunch',
      to: 'available',
      since: '2026-03-02T10:00:00Z',
    });
    const position = await app.append({
      agent: '8',
      at: '2026-03-02T09:30:00Z',
      from: 'busy',
      to: 'lunch',
      since,
    });
    expect((await app.get(`/v1/accounts?minPosition=${position}`)).status).toBe(200);
  });
  afterAll(() => app.close());

  it.each(REPLIES)('%s is as documented', async (url, schema) => {
    const { status, json, headers } = await app.get(url);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(json).toHaveProperty('asOfPosition', '4');
    // Parsing drops what the schema does not know.
    expect(schema.parse(json)).toEqual(json);
  });
});
