// What the writer of digests promises: every event in one digest, whatever ends it in between, and nothing on top of a file that
// was changed.
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  createSigningKey,
  HASH_BYTES,
  leafHash,
  parseEntry,
  readSigningKeys,
  rotateSigningKey,
  type DigestEntry,
} from '@libs/audit';
import type { EventStore } from '@libs/event-store';
import { openSqliteEventStore } from '@libs/event-store/sqlite';
import { itemOf, newEvents, tempFolders } from '@libs/event-store/testing';
import { useKurrentDbDoubles } from '../../../../libs/event-store/src/testing/kurrentdb-double/index.js';
import { checkBundle } from '../../../../tools/audit/check-bundle.mjs';
import {
  never,
  START_MS,
  useDigestedLogs,
  writeBundleFile,
  type DigestedLog,
} from '../testing/digested-log.js';
import { auditFiles } from './audit-files.js';
import { createDigestWriter } from './digest-writer.js';
import { readStoredPage } from './stored-events.js';

const newLog = useDigestedLogs();
const newFolder = tempFolders();

const linesOf = ({ files }: DigestedLog): string[] =>
  readFileSync(files.chain, 'utf8').split('\n').slice(0, -1);
const digestsOf = (log: DigestedLog): DigestEntry[] =>
  linesOf(log).flatMap((line) => {
    const entry = parseEntry(line);
    return entry?.kind === 'digest' ? [entry] : [];
  });
const rangesOf = (log: DigestedLog): string[] => digestsOf(log).map(({ from, to }) => `${from}-${to}`);

describe('digests', () => {
  it('cover each event once, run after run, and nothing twice', async () => {
    const log = await newLog();
    await log.grow(4, 0, 3, 1);
    expect(rangesOf(log)).toEqual(['1-4', '5-7', '8-8']);
    expect(await log.digest()).toMatchObject({ outcome: 'written', digests: 0 });
    expect(statSync(log.files.leaves).size).toBe(8 * HASH_BYTES);
    expect(await log.checkAll()).toMatchObject({ ok: true, events: 8 });
  });

  it('of a log that was there before the key begin with its first event, 1,024 each', async () => {
    const log = await newLog();
    const store = openSqliteEventStore({ file: log.logFile, now: () => START_MS });
    await store.append([itemOf('agent-2-1', 'noStream', ...newEvents(0, 2_500))]);
    await store.close();
    await log.digest();
    expect(rangesOf(log)).toEqual(['1-1024', '1025-2048', '2049-2500']);
    expect(await log.checkAll()).toMatchObject({ ok: true, events: 2_500, digests: 3 });
    const part = await log.check(await log.bundle({ from: '1000', to: '2100' }));
    expect(part).toMatchObject({ ok: true, events: 1_103 });
  });

  it('are not written without a key', async () => {
    const log = await newLog();
    await log.append(3);
    rmSync(log.keyFile);
    expect(await log.digest()).toEqual({ outcome: 'no-key' });
    expect(existsSync(log.files.chain)).toBe(false);
  });

  it('end where the signal says, and the next run goes on', async () => {
    const log = await newLog();
    await log.append(3);
    const store = openSqliteEventStore({ file: log.logFile, now: () => START_MS, readOnly: true });
    const ending = new AbortController();
    const stops: EventStore = {
      ...store,
      readAll: async ({ after, asStored = false }) => {
        ending.abort();
        return store.readAll({ after, limit: 2, asStored });
      },
    };
    const { files, keyFile } = log;
    const writer = createDigestWriter({
      ...{ store: stops, files, keyFile, copyDir: null, now: () => START_MS, onTorn: () => undefined },
    });
    await writer.run(ending.signal);
    await store.close();
    expect(rangesOf(log)).toEqual(['1-2']);
    await log.digest();
    expect(rangesOf(log)).toEqual(['1-2', '3-3']);
  });
});

describe('a crash', () => {
  it('in the middle of a line: the rest is cut off, and the range is written once', async () => {
    const log = await newLog();
    await log.grow(2, 2);
    const whole = readFileSync(log.files.chain);
    const lastLine = Buffer.byteLength(`${linesOf(log).at(-1)!}\n`);
    for (const kept of [1, 20, 300, lastLine - 1]) {
      truncateSync(log.files.chain, whole.length - lastLine + kept);
      const torn: number[] = [];
      await log.digest({ onTorn: (bytes) => torn.push(bytes) });
      expect([kept, torn, rangesOf(log)]).toEqual([kept, [kept], ['1-2', '3-4']]);
      expect((await log.checkAll()).ok).toBe(true);
    }
  });

  it('that leaves a last line of anything is the same', async () => {
    const log = await newLog();
    await log.grow(2);
    await log.append(1);
    for (const rest of [`${'\0'.repeat(300)}\n`, '{"kind":"digest"}\n', '\0\0\0']) {
      appendFileSync(log.files.chain, rest);
      const torn: number[] = [];
      await log.digest({ onTorn: (bytes) => torn.push(bytes) });
      expect(torn).toEqual([rest.length]);
    }
    expect(rangesOf(log)).toEqual(['1-2', '3-3']);
    expect((await log.checkAll()).ok).toBe(true);
  });

  it('after the leaves and before the line: the leaves are written over', async () => {
    const log = await newLog();
    await log.grow(2);
    appendFileSync(log.files.leaves, Buffer.alloc(7 * HASH_BYTES, 1));
    await log.grow(3);
    log.tamper(`UPDATE events SET data = '{}' WHERE position = 4`);
    expect((await log.checkAll()).failures[0]).toMatchObject({ position: '4', digest: 2, index: 1 });
  });

  it.each([
    ['before the entry of a new key', false],
    ['after it', true],
  ])('of a rotation %s: the new key signs once, and the old one is gone', async (_when, isWritten) => {
    const log = await newLog();
    await log.grow(2);
    const old = readFileSync(log.keyFile, 'utf8');
    await rotateSigningKey(log.keyFile);
    const both = readFileSync(log.keyFile, 'utf8');
    expect(both.startsWith(old)).toBe(true);
    await log.grow(1);
    if (isWritten) writeFileSync(log.keyFile, both);
    await log.grow(1);
    expect(linesOf(log).map((line) => parseEntry(line)!.kind)).toEqual([
      'key',
      'digest',
      'key',
      'digest',
      'digest',
    ]);
    expect(await readSigningKeys(log.keyFile)).toHaveLength(1);
    expect((await log.checkAll()).ok).toBe(true);
  });
});

describe('a file of digests that was changed', () => {
  it.each<[string, (lines: string[]) => string[]]>([
    [
      'a line changed',
      (lines) => lines.map((line, at) => (at === 1 ? line.replace('"events":2', '"events":3') : line)),
    ],
    ['a line gone', (lines) => lines.filter((_, at) => at !== 1)],
    ['a line that is none', (lines) => lines.map((line, at) => (at === 1 ? 'x' : line))],
  ])('is never written to: %s', async (_what, change) => {
    const log = await newLog();
    await log.grow(2, 2);
    await log.append(1);
    const changed = change(linesOf(log))
      .map((line) => `${line}\n`)
      .join('');
    writeFileSync(log.files.chain, changed);
    await expect(log.digest()).rejects.toThrow(/was changed: entry [12]/);
    expect(readFileSync(log.files.chain, 'utf8')).toBe(changed);
  });

  it('by another writer meanwhile is not written to on top of it', async () => {
    const log = await newLog();
    await log.append(1);
    const store = openSqliteEventStore({ file: log.logFile, now: () => START_MS, readOnly: true });
    const { files, keyFile } = log;
    const [mine, theirs] = [1, 2].map(() =>
      createDigestWriter({
        ...{ store, files, keyFile, copyDir: null, now: () => START_MS, onTorn: () => undefined },
      }),
    );
    await mine!.run(never);
    await log.append(1);
    await theirs!.run(never);
    await log.append(1);
    await expect(mine!.run(never)).rejects.toThrow(/somebody else writes/);
    await mine!.run(never);
    await store.close();
    expect(rangesOf(log)).toEqual(['1-1', '2-2', '3-3']);
    expect((await log.checkAll()).ok).toBe(true);
  });

  it('is left alone when the log ends before the last digest', async () => {
    const log = await newLog();
    await log.grow(4);
    log.tamper('DELETE FROM events WHERE position > 2');
    const before = readFileSync(log.files.chain);
    await expect(log.digest()).rejects.toMatchObject({ code: 'store-corrupt' });
    expect(readFileSync(log.files.chain)).toEqual(before);
  });
});

describe('keys', () => {
  it('follow one another: whoever trusts either accepts all, and nobody else does', async () => {
    const log = await newLog();
    await log.grow(2);
    const second = await rotateSigningKey(log.keyFile);
    await log.grow(2);
    const third = await rotateSigningKey(log.keyFile);
    await log.grow(2);
    const bundle = await log.bundle();
    expect((await log.check(bundle)).keys).toEqual([
      log.key.fingerprint,
      second.fingerprint,
      third.fingerprint,
    ]);
    for (const fingerprint of [log.key.fingerprint, second.fingerprint, third.fingerprint]) {
      expect((await log.check(bundle, { trust: [fingerprint] })).ok).toBe(true);
    }
    expect((await log.check(bundle, { trust: ['ab'.repeat(32)] })).ok).toBe(false);
  });

  it('named by a chain that they have signed nothing of are worth nothing', async () => {
    const log = await newLog();
    await log.grow(2);
    const next = await rotateSigningKey(log.keyFile);
    await log.digest();
    // The new key is named; but anybody can name a key.
    expect((await log.check(await log.bundle(), { trust: [next.fingerprint] })).ok).toBe(false);
    await log.grow(1);
    expect((await log.check(await log.bundle(), { trust: [next.fingerprint] })).ok).toBe(true);
  });

  it('that are lost stop the digests: another one does not slip in', async () => {
    const log = await newLog();
    await log.grow(2);
    await log.append(1);
    rmSync(log.keyFile);
    await createSigningKey(log.keyFile);
    await expect(log.digest()).rejects.toThrow(`its fingerprint is ${log.key.fingerprint}`);
    expect(rangesOf(log)).toEqual(['1-2']);
  });
});

describe('the copy in another directory', () => {
  it('is the same file, also after a time without it', async () => {
    const log = await newLog();
    const copyDir = join(log.folder, 'copy');
    mkdirSync(copyDir);
    const same = () => readFileSync(join(copyDir, 'digests.ndjson')).equals(readFileSync(log.files.chain));
    await log.append(1);
    await log.digest({ copyDir });
    expect(same()).toBe(true);
    await log.grow(2, 2);
    truncateSync(join(copyDir, 'digests.ndjson'), statSync(join(copyDir, 'digests.ndjson')).size - 10);
    await log.digest({ copyDir });
    expect(same()).toBe(true);
  });

  it('that differs is left as it is, and told', async () => {
    const log = await newLog();
    const copyDir = join(log.folder, 'copy');
    mkdirSync(copyDir);
    await log.append(1);
    await log.digest({ copyDir });
    const copy = join(copyDir, 'digests.ndjson');
    const changed = readFileSync(copy, 'utf8').replace('"from":"1"', '"from":"2"');
    writeFileSync(copy, changed);
    await log.append(1);
    await expect(log.digest({ copyDir })).rejects.toThrow(/one of them was changed/);
    expect(readFileSync(copy, 'utf8')).toBe(changed);
    expect(rangesOf(log)).toEqual(['1-1', '2-2']);
  });

  it('needs its directory: it is not made, for a disk that is not mounted would look just so', async () => {
    const log = await newLog();
    await log.append(1);
    const copyDir = join(log.folder, 'not-mounted');
    await expect(log.digest({ copyDir })).rejects.toThrow('AUDIT_COPY_DIR is not there');
    expect([existsSync(copyDir), rangesOf(log)]).toEqual([false, ['1-1']]);
  });
});

describe('on KurrentDB', () => {
  const doubles = useKurrentDbDoubles();

  it('digests and bundles are made the same way, of the same bytes but for what the server gives', async () => {
    const double = await doubles.start();
    const kurrent = doubles.open(double);
    const folder = newFolder();
    const sqlite = openSqliteEventStore({ file: join(folder, 'events.db'), now: () => START_MS });
    const items = [
      itemOf('agent-1-1', 'noStream', ...newEvents(0, 5)),
      itemOf('agent-1-2', 'noStream', ...newEvents(5, 300)),
    ];
    for (const store of [kurrent, sqlite]) await store.append(items);
    const [theirs, ours] = await Promise.all(
      [kurrent, sqlite].map(async (store) => (await readStoredPage(store, null, 1_000)).events),
    );
    const given = { position: 1n, recordedAt: 2 };
    expect(theirs!.map((event) => leafHash({ ...event, ...given }).toString('hex'))).toEqual(
      ours!.map((event) => leafHash({ ...event, ...given }).toString('hex')),
    );

    const files = auditFiles(join(folder, 'audit'));
    const keyFile = join(folder, 'key.pem');
    const { fingerprint } = await createSigningKey(keyFile);
    const writer = createDigestWriter({
      ...{ store: kurrent, files, keyFile, copyDir: null, now: () => START_MS, onTorn: () => undefined },
    });
    await writer.run(never);
    await kurrent.append([itemOf('agent-1-3', 'noStream', ...newEvents(400, 3))]);
    await writer.run(never);
    const check = async (range = {}) =>
      checkBundle(await writeBundleFile(join(folder, 'bundle'), kurrent, files, range), {
        trust: [fingerprint],
      });
    expect(await check()).toMatchObject({ ok: true, events: 308, digests: 2 });
    const middle = String(theirs![100]!.position);
    expect(await check({ from: middle, to: middle })).toMatchObject({ ok: true, events: 3 });
    // Between two events: nothing stands there, and their neighbours show it.
    const between = String(theirs![100]!.position + 1n);
    expect(await check({ from: between, to: between })).toMatchObject({ ok: true, events: 2 });
    await sqlite.close();
  });

  it('an event that the server holds changed is found', async () => {
    const double = await doubles.start();
    const kurrent = doubles.open(double);
    const folder = newFolder();
    await kurrent.append([itemOf('agent-1-1', 'noStream', ...newEvents(0, 5))]);
    const files = auditFiles(join(folder, 'audit'));
    const keyFile = join(folder, 'key.pem');
    const { fingerprint } = await createSigningKey(keyFile);
    await createDigestWriter({
      ...{ store: kurrent, files, keyFile, copyDir: null, now: () => START_MS, onTorn: () => undefined },
    }).run(never);
    const changed: EventStore = {
      ...kurrent,
      readAll: async (options) => {
        const page = await kurrent.readAll(options);
        return {
          ...page,
          events: page.events.map((event) => (event.revision === 3 ? { ...event, type: 'Other' } : event)),
        };
      },
    };
    const bundle = await writeBundleFile(join(folder, 'bundle'), changed, files);
    expect((await checkBundle(bundle, { trust: [fingerprint] })).failures[0]).toMatchObject({
      digest: 1,
      index: 3,
    });
  });
});
