// Pages that follow one another while events arrive, and lists of agents whose events lie ahead of the clock.
import { describe, expect, it } from '@jest/globals';
import { decodeAgentUpdate, type DecodedUpdate } from '@libs/domain';
import { openSqlite } from '../sqlite/open-sqlite.js';
import { recorded } from '../testing/recorded.js';
import { openReadModelWriter } from '../writer/read-model-writer.js';
import { runQuery } from './run-query.js';

const DAY = Date.UTC(2024, 0, 1);
const MINUTE = 60_000;

function changed(minute: number, from: number, to: number): DecodedUpdate {
  const agent = { id: 1, status: to, updated_at: DAY + minute * MINUTE };
  const changes = { model_changes: { status: [from, to] } };
  const decoded = decodeAgentUpdate({ account_id: 7, data: { agent, changes } }, { receivedAt: DAY + 1e9 });
  if (!decoded.ok) throw new Error(decoded.code);
  return decoded.update;
}

async function modelOf(...batches: readonly (readonly DecodedUpdate[])[]) {
  const sql = openSqlite(':memory:', 'write');
  const model = await openReadModelWriter(sql);
  const all: DecodedUpdate[] = [];
  const add = async (updates: readonly DecodedUpdate[]): Promise<void> => {
    const expected = all.length === 0 ? null : BigInt(all.length);
    all.push(...updates);
    const events = recorded(all).slice(-updates.length);
    await model.apply({ events, expected, next: BigInt(all.length) });
  };
  for (const batch of batches) await add(batch);
  return { sql, add };
}

const asked = {
  account: '7',
  agentId: '1',
  from: DAY,
  to: DAY + 1e9,
  asOf: DAY + 1e9,
  track: 'status' as const,
};

describe('a timeline read page by page', () => {
  it('repeats and skips nothing when late events arrive between two pages', async () => {
    const hours = Array.from({ length: 10 }, (_, hour) =>
      changed(hour * 60, 1 + (hour % 2), 1 + ((hour + 1) % 2)),
    );
    const { sql, add } = await modelOf(hours);
    const first = await runQuery(sql, 'timeline', { ...asked, limit: 5, after: null });
    await add([changed(80, 1, 2), changed(100, 2, 1)]);
    const second = await runQuery(sql, 'timeline', { ...asked, limit: 100, after: first.next });
    const starts = [first, second].flatMap(({ body }) =>
      (body.intervals as { start: string }[]).map(({ start }) => start),
    );
    expect(starts).toEqual(hours.map((_, hour) => new Date(DAY + hour * 60 * MINUTE).toISOString()));
    await sql.close();
  });

  it('shows each of many intervals that start in one instant once', async () => {
    const chain = Array.from({ length: 7 }, (_, n) => changed(5, n, n + 1));
    const { sql } = await modelOf(chain);
    const all = await runQuery(sql, 'timeline', { ...asked, limit: 100, after: null });
    for (const limit of [1, 2, 3]) {
      const rows: unknown[] = [];
      let after: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof runQuery>> = await runQuery(sql, 'timeline', {
          ...asked,
          limit,
          after,
        });
        rows.push(...(page.body.intervals as unknown[]));
        after = page.next;
      } while (after !== null);
      expect(rows).toEqual(all.body.intervals);
    }
    await sql.close();
  });
});

describe('a forged cursor', () => {
  it.each(['{}', '[]', 'null', '5', '"x', '[1,2,3,4]', '{"group":7,"bucketStart":"x"}'])(
    'is refused: %s',
    async (after) => {
      const { sql } = await modelOf([changed(0, 1, 2)]);
      for (const name of ['timeline', 'event-places'] as const) {
        await expect(runQuery(sql, name, { ...asked, limit: 5, after })).rejects.toMatchObject({
          parameter: 'cursor',
        });
      }
      if (after !== '5') {
        await expect(runQuery(sql, 'sessions', { ...asked, limit: 5, after })).rejects.toMatchObject({
          parameter: 'cursor',
        });
      }
      for (const name of ['agents', 'teams', 'live'] as const) {
        const list = { account: '7', asOf: asked.asOf, limit: 5, after };
        await expect(runQuery(sql, name, list)).rejects.toMatchObject({ parameter: 'cursor' });
      }
      await sql.close();
    },
  );
});

describe('an event ahead of the clock', () => {
  const clock = DAY + 90 * MINUTE;

  it('is not shown before its time', async () => {
    const { sql } = await modelOf([changed(60, 3, 1), changed(180, 1, 2)]);
    const { body } = await runQuery(sql, 'live', { account: '7', asOf: clock, limit: 5, after: null });
    expect(body.agents).toMatchObject([
      { key: 'available', since: '2024-01-01T01:00:00.000Z', ms: 30 * MINUTE },
    ]);
    const { body: now } = await runQuery(sql, 'agent', { account: '7', agentId: '1', asOf: clock });
    expect(now.tracks).toMatchObject({ status: { key: 'available' } });
    const seen = await runQuery(sql, 'statuses', {
      account: '7',
      asOf: clock,
      track: 'status',
      limit: 5,
      after: null,
    });
    expect((seen.body.statuses as { key: string }[]).map(({ key }) => key)).toEqual(['available']);
    await sql.close();
  });
});
