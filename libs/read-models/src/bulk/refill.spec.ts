// A read model filled at once from the log, on SQLite files: the rows of following it, and nothing in between.
import { readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DecodedUpdate } from '@libs/domain';
import { arbitraryFeed, arbitraryLongFeed } from '@libs/domain/testing';
import { tempFolders } from '@libs/event-store/testing';
import { ModelDamagedError, type RefillSource } from '@libs/projection';
import { readCheckpoint, runQuery } from '../queries/run-query.js';
import type { Sql } from '../sql.js';
import { openSqlite } from '../sqlite/open-sqlite.js';
import { expectPure } from '../testing/expect-pure.js';
import { inBatches, recorded } from '../testing/recorded.js';
import { openReadModelWriter, type ReadModel } from '../writer/read-model-writer.js';

const SEED = 20_261_128;
const newFolder = tempFolders();

type LogEvent = ReturnType<typeof recorded>[number];
type Source = Partial<Omit<RefillSource, 'pages' | 'head'>> & { readonly pageEvents?: number };

function refill(model: ReadModel, events: readonly LogEvent[], source: Source = {}) {
  const { pageEvents = 7, maySkip = () => false, signal = new AbortController().signal } = source;
  if (model.refill === null) throw new Error('a model in a file can be refilled');
  return model.refill({ head: BigInt(events.length), pages: inPages(events, pageEvents), maySkip, signal });
}

async function* inPages(events: readonly LogEvent[], pageEvents: number): AsyncGenerator<LogEvent[]> {
  await Promise.resolve();
  for (let from = 0; from < events.length; from += pageEvents) yield events.slice(from, from + pageEvents);
}

async function openModel(): Promise<{ file: string; sql: Sql; model: ReadModel }> {
  const file = join(newFolder(), 'read.db');
  const sql = openSqlite(file, 'write');
  return { file, sql, model: await openReadModelWriter(sql) };
}

/** Files and folders of versions, but for SQLite's own beside them. */
const versionsOf = (file: string): string[] =>
  readdirSync(dirname(file)).filter((name) => name.startsWith('read.db-v') && !/-(wal|shm)$/.test(name));

const damaged = (events: readonly LogEvent[], at: number): LogEvent[] =>
  events.map((event, index) => (index === at ? { ...event, data: null } : event));

const without = <T>(all: readonly T[], at: number): T[] => all.filter((_, index) => index !== at);

const feedOf = (seed: number): readonly DecodedUpdate[] => {
  const [updates] = fc.sample(arbitraryLongFeed, { seed, numRuns: 1 });
  return updates ?? [];
};

describe('a refill', () => {
  it('equals the pure fold, and so does what is applied after it, late events too', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(arbitraryFeed, arbitraryLongFeed),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.array(fc.nat(60)),
        async (updates, share, ends) => {
          const events = recorded(updates);
          const filled = Math.ceil(updates.length * share);
          const { sql, model } = await openModel();
          const { position } = await refill(model, events.slice(0, filled));
          expect(await model.checkpoint()).toBe(position);
          await expectPure(sql, updates.slice(0, filled));
          for (const batch of inBatches(events, [filled, ...ends]).filter(({ next }) => next > filled)) {
            await model.apply(batch.expected === 0n ? { ...batch, expected: null } : batch);
          }
          await expectPure(sql, updates);
          await sql.close();
        },
      ),
      { seed: SEED, numRuns: 120, endOnFailure: true },
    );
  });

  it('starts from nothing: a row that no event can make is gone, and the last event is that of the log', async () => {
    const updates = feedOf(1);
    const { sql, model } = await openModel();
    await model.apply(inBatches(recorded(updates), [])[0]!);
    await sql.run(`INSERT INTO agent VALUES (999, '1', '999', 0, 'Nobody', '{}')`);
    await refill(model, recorded(updates));
    expect(await sql.all(`SELECT 1 FROM agent WHERE agent_id = '999'`)).toEqual([]);
    await expectPure(sql, updates);
    const { stream, revision, id } = recorded(updates).at(-1)!;
    expect(await model.lastEvent()).toEqual({ stream, revision, id });
    await sql.close();
  });

  it('serves the version before until the switch, and afterwards readers that were open see the new one', async () => {
    const updates = feedOf(2);
    const events = recorded(updates);
    const { file, sql, model } = await openModel();
    await model.apply(inBatches(events.slice(0, 3), [])[0]!);
    const reader = openSqlite(file, 'read');
    const seen: (string | null)[] = [];
    const watched = async function* (): AsyncGenerator<LogEvent[]> {
      for await (const page of inPages(events, 5)) {
        seen.push((await readCheckpoint(reader)).position);
        yield page;
      }
    };
    for (const length of [events.length, events.length]) {
      const { signal } = new AbortController();
      await model.refill!({ head: BigInt(length), pages: watched(), maySkip: () => false, signal });
      expect((await readCheckpoint(reader)).position).toBe(String(length));
    }
    expect(new Set(seen)).toEqual(new Set(['3', String(events.length)]));
    const { body } = await runQuery(reader, 'accounts', {});
    expect(body).toMatchObject({ asOfPosition: String(events.length) });
    expect(versionsOf(file)).toEqual([expect.stringMatching(/^read\.db-v3-[0-9a-f]{8}$/)]);
    await reader.close();
    await sql.close();
  });

  it('stopped at any page leaves the serving version and no file', async () => {
    const updates = feedOf(3);
    const events = recorded(updates);
    const { file, sql, model } = await openModel();
    await model.apply(inBatches(events.slice(0, 3), [])[0]!);
    const stop = new AbortController();
    const stopping = async function* (): AsyncGenerator<LogEvent[]> {
      for await (const page of inPages(events, 5)) {
        yield page;
        stop.abort();
      }
    };
    const source = {
      head: BigInt(events.length),
      pages: stopping(),
      maySkip: () => false,
      signal: stop.signal,
    };
    await expect(model.refill!(source)).rejects.toThrow();
    expect(await model.checkpoint()).toBe(3n);
    await expectPure(sql, updates.slice(0, 3));
    expect(versionsOf(file)).toEqual([]);
    const [rest] = inBatches(events, []);
    await model.apply({ ...rest!, events: events.slice(3), expected: 3n });
    await expectPure(sql, updates);
    await sql.close();
  });

  it('stopped by a message to its thread while it writes leaves the serving version and no file', async () => {
    const events = recorded(feedOf(8));
    const { file, sql, model } = await openModel();
    await model.apply(inBatches(events.slice(0, 3), [])[0]!);
    const stop = new AbortController();
    const read = async function* (): AsyncGenerator<LogEvent[]> {
      yield* inPages(events, 5);
      setImmediate(() => stop.abort());
    };
    const source = { head: BigInt(events.length), pages: read(), maySkip: () => false, signal: stop.signal };
    await expect(model.refill!(source)).rejects.toMatchObject({ name: 'AbortError' });
    expect(await model.checkpoint()).toBe(3n);
    expect(versionsOf(file)).toEqual([]);
    await sql.close();
  });

  it('ends before an event that cannot be applied, unless that may be left out', async () => {
    const updates = feedOf(4);
    const events = damaged(recorded(updates), 4);
    const stopped = await openModel();
    expect(await refill(stopped.model, events)).toEqual({ position: 4n, events: 4 });
    await expectPure(stopped.sql, updates.slice(0, 4));
    await stopped.sql.close();

    const { sql, model } = await openModel();
    const { position } = await refill(model, events, { maySkip: (at) => at === 5n });
    expect(position).toBe(BigInt(events.length));
    const agents = await sql.all<{ n: number }>('SELECT count(*) AS n FROM evidence');
    const following = await openModel();
    for (const event of without(events, 4)) {
      const expected = await following.model.checkpoint();
      await following.model.apply({ events: [event], expected, next: event.position });
    }
    expect(agents).toEqual(await following.sql.all('SELECT count(*) AS n FROM evidence'));
    await sql.close();
    await following.sql.close();
  });

  it('that another one has overtaken changes nothing, and a writer of the version before commits no more', async () => {
    const updates = feedOf(5);
    const events = recorded(updates);
    const { file, sql, model } = await openModel();
    const otherSql = openSqlite(file, 'write');
    const other = await openReadModelWriter(otherSql);
    await model.apply(inBatches(events.slice(0, 3), [])[0]!);
    await refill(other, events);
    const [rest] = inBatches(events, []);
    const late = { ...rest!, events: events.slice(3), expected: 3n };
    await expect(model.apply(late)).rejects.toBeInstanceOf(ModelDamagedError);
    await expect(refill(model, events)).rejects.toBeInstanceOf(ModelDamagedError);
    const reader = openSqlite(file, 'read');
    await expectPure(reader, updates);
    for (const one of [reader, sql, otherSql]) await one.close();
  });

  it('is there after a restart, and what a crash left of another one is removed', async () => {
    const updates = feedOf(6);
    const { file, sql, model } = await openModel();
    await refill(model, recorded(updates));
    const build = await sql.beginVersion!();
    await build.sql.run(`INSERT INTO series VALUES (1, 1, 0, 'busy')`);
    await sql.close();
    await build.sql.close();
    expect(versionsOf(file)).toHaveLength(3);
    const again = openSqlite(file, 'write');
    expect(await (await openReadModelWriter(again)).checkpoint()).toBe(BigInt(updates.length));
    await expectPure(again, updates);
    expect(versionsOf(file)).toHaveLength(1);
    await again.close();
  });

  it('whose file was taken away is made anew', async () => {
    const updates = feedOf(7);
    const { file, sql, model } = await openModel();
    await refill(model, recorded(updates));
    await sql.close();
    rmSync(join(dirname(file), versionsOf(file)[0]!));
    const again = openSqlite(file, 'write');
    const fresh = await openReadModelWriter(again);
    expect(await fresh.checkpoint()).toBeNull();
    await refill(fresh, recorded(updates));
    await expectPure(again, updates);
    await again.close();
  });
});
