// What a reader may answer instead of a reply, and the problem it becomes.
import { tempFolders } from '@libs/event-store/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { QueryTimeoutError, ReaderBusyError, type QueryReader } from '../queries/query-reader.js';
import type { ReadAnswer } from '../queries/read-request.js';
import { ACCOUNT } from '../testing/agent-updates.js';
import { startProjector, type ProjectorUnderTest, type Reply } from '../testing/projector-under-test.js';

const newFolder = tempFolders();

describe('a query that is refused', () => {
  let app: ProjectorUnderTest;
  afterEach(() => app.close());

  async function askOf(ask: () => Promise<ReadAnswer>): Promise<Reply> {
    const reader: QueryReader = {
      ask,
      waiting: () => 0,
      refuseWaiting: () => undefined,
      close: () => Promise.resolve(),
    };
    app = await startProjector({ folder: newFolder(), runtime: { reader } });
    const position = await app.append({
      ...{ agent: '7', at: '2026-03-02T09:30:00Z', from: 'available', to: 'busy' },
      since: '2026-03-02T09:00:00Z',
    });
    return app.get(`/v1/accounts/${ACCOUNT}/agents?minPosition=${position}`);
  }
  const refused = (
    reason: 'query-too-large' | 'read-model-unavailable' | 'store-unavailable' | 'invalid-parameters',
    parameter = '',
  ) => askOf(() => Promise.resolve({ refused: reason, message: 'why', parameter: parameter || null }));

  it('because too many wait is 503 with Retry-After', async () => {
    const { status, json, headers } = await askOf(() => Promise.reject(new ReaderBusyError()));
    expect(status).toBe(503);
    expect(json).toMatchObject({ code: 'busy' });
    expect(headers['retry-after']).toBe('1');
  });

  it('because it takes too long is 503 with Retry-After, and counted', async () => {
    const { status, json, headers } = await askOf(() => Promise.reject(new QueryTimeoutError(20_000)));
    expect(status).toBe(503);
    expect(json).toMatchObject({ code: 'query-timeout', detail: expect.stringContaining('20 s') });
    expect(headers['retry-after']).toBe('30');
    expect((await app.get('/metrics')).text).toContain(
      'query_timeouts_total{query="agents",app="projector"} 1',
    );
  });

  it('because it covers too much is 400 and says why', async () => {
    const { status, json } = await refused('query-too-large');
    expect(status).toBe(400);
    expect(json).toMatchObject({ code: 'query-too-large', detail: 'why' });
  });

  it('because of a parameter is 400 and names it', async () => {
    const { status, json } = await refused('invalid-parameters', 'tz');
    expect(status).toBe(400);
    expect(json).toMatchObject({ code: 'invalid-parameters', parameters: [{ name: 'tz', message: 'why' }] });
  });

  it('because the log cannot be read is 503 with Retry-After', async () => {
    const { status, json, headers } = await refused('store-unavailable');
    expect(status).toBe(503);
    expect(json).toMatchObject({ code: 'store-unavailable' });
    expect(headers['retry-after']).toBe('1');
  });

  it('because the database cannot be reached is 503 with Retry-After', async () => {
    const { status, json, headers } = await refused('read-model-unavailable');
    expect(status).toBe(503);
    expect(json).toMatchObject({ code: 'read-model-unavailable' });
    expect(headers['retry-after']).toBe('1');
  });

  it('for an unknown reason is 500 and says nothing of it', async () => {
    const { status, text } = await askOf(() => Promise.reject(new Error('SELECT secret')));
    expect(status).toBe(500);
    expect(text).not.toContain('secret');
  });
});
