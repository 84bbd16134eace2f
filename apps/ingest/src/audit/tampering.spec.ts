// What somebody with all of the disk, but not the signing key, can do to the log and its digests, and that it is found: on a real
// file, its triggers gone, judged by the stand-alone checker alone.
import { copyFileSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createSigningKey, HASH_BYTES } from '@libs/audit';
import { seededRandom } from '@libs/event-store/testing';
import { checkBundle, UsageError } from '../../../../tools/audit/check-bundle.mjs';
import { useDigestedLogs, type DigestedLog } from '../testing/digested-log.js';

const newLog = useDigestedLogs();
const OTHER_EVENT = `'agent-1-9', 0, '00000000-0000-8000-8000-0000000000ff', 'Counted', '{}', '{}', 1772452809000`;

/** Moves every event from a position on by one place, as an inserted or a deleted one takes. */
const shift = (from: number, by: number): string =>
  `UPDATE events SET position = -position WHERE position >= ${from};
   UPDATE events SET position = -position + (${by}) WHERE position < 0;`;

/** 25 events, digests of 10, 10 and 5. */
async function logOf25(): Promise<DigestedLog> {
  const log = await newLog();
  await log.grow(10, 10, 5);
  return log;
}

async function firstFailure(log: DigestedLog): Promise<unknown> {
  const { ok, failures } = await log.checkAll();
  expect(ok).toBe(false);
  return failures[0];
}

describe('a log that nobody has touched', () => {
  it('holds, whole and in part', async () => {
    const log = await logOf25();
    expect(await log.checkAll()).toMatchObject({ ok: true, events: 25, digests: 3, failures: [], notes: [] });
    for (const [from, to, events] of [
      ['1', '25', 25],
      // The one before and the one after come along: they show that nothing was left out.
      ['12', '14', 5],
      ['11', '20', 10],
      ['7', '7', 3],
      ['26', '30', 0],
      ['2026-03-02T12:00:05.000Z', '2026-03-02T12:00:08.000Z', 5],
    ] as const) {
      const report = await log.check(await log.bundle({ from, to }));
      expect([from, to, report.ok, report.events]).toEqual([from, to, true, events]);
    }
  });
});

describe('a log that was changed is found, and the first event that fails is named', () => {
  it.each([
    ['one byte of data', `UPDATE events SET data = '{"n":9}' WHERE position = 13`],
    [
      'white space that no parser sees',
      `UPDATE events SET data = replace(data, ':', ': ') WHERE position = 13`,
    ],
    ['metadata', `UPDATE events SET metadata = '{}' WHERE position = 13`],
    ['the id', `UPDATE events SET id = 'x' WHERE position = 13`],
    ['the type', `UPDATE events SET type = 'Other' WHERE position = 13`],
    ['the stream', `UPDATE events SET stream = 'agent-1-9' WHERE position = 13`],
    ['the revision', `UPDATE events SET revision = 99 WHERE position = 13`],
    ['the time of recording', `UPDATE events SET recorded_at = recorded_at + 1 WHERE position = 13`],
    ['several', `UPDATE events SET data = '{}' WHERE position >= 13`],
  ])('change of %s', async (_what, sql) => {
    const log = await logOf25();
    log.tamper(sql);
    expect(await firstFailure(log)).toMatchObject({
      position: '13',
      digest: 2,
      index: 2,
      message: expect.stringContaining('not what was recorded'),
    });
  });

  it('two events that change places', async () => {
    const log = await logOf25();
    log.tamper(`UPDATE events SET position = -1 WHERE position = 13;
                UPDATE events SET position = 13 WHERE position = 17;
                UPDATE events SET position = 17 WHERE position = -1;`);
    expect(await firstFailure(log)).toMatchObject({ position: '13', digest: 2, index: 2 });
  });

  it('an event deleted, and those after it moved up', async () => {
    const log = await logOf25();
    log.tamper(`DELETE FROM events WHERE position = 13; ${shift(14, -1)}`);
    expect(await firstFailure(log)).toMatchObject({ position: '13', digest: 2, index: 2 });
  });

  it('an event deleted, and the hole left', async () => {
    const log = await logOf25();
    log.tamper('DELETE FROM events WHERE position = 13');
    expect(await firstFailure(log)).toMatchObject({
      position: '13',
      message: expect.stringContaining('missing'),
    });
  });

  it('an event inserted, and those after it moved down', async () => {
    const log = await logOf25();
    log.tamper(`${shift(13, 1)} INSERT INTO events VALUES (13, ${OTHER_EVENT})`);
    expect(await firstFailure(log)).toMatchObject({
      position: '13',
      stream: 'agent-1-9',
      digest: 2,
      index: 2,
    });
  });

  it.each([
    [13, '13', 2],
    [21, '21', 3],
    [1, '1', 1],
  ])('everything from %i on cut off', async (from, position, digest) => {
    const log = await logOf25();
    log.tamper(`DELETE FROM events WHERE position >= ${from}`);
    expect(await firstFailure(log)).toMatchObject({
      position,
      digest,
      message: expect.stringContaining('missing'),
    });
  });

  it('also by a bundle of a part, at either end of it', async () => {
    const log = await logOf25();
    log.tamper(`UPDATE events SET data = '{}' WHERE position = 13`);
    const at = async (from: string, to: string) => (await log.check(await log.bundle({ from, to }))).ok;
    expect([await at('13', '15'), await at('10', '13'), await at('15', '20'), await at('1', '10')]).toEqual([
      ...[false, false, true, true],
    ]);
  });

  it('with the kept leaves changed as well, the digest of the event is named by its first', async () => {
    const log = await logOf25();
    log.tamper(`UPDATE events SET data = '{}' WHERE position = 13`);
    writeFileSync(log.files.leaves, Buffer.alloc(25 * HASH_BYTES));
    expect(await firstFailure(log)).toMatchObject({ position: '11', digest: 2, index: 0 });
  });

  it('and without the leaves an untouched log still holds', async () => {
    const log = await logOf25();
    rmSync(log.files.leaves);
    expect((await log.checkAll()).ok).toBe(true);
  });
});

describe('digests that were changed are found', () => {
  const edit = (log: DigestedLog, change: (lines: string[]) => string[]): void => {
    const lines = readFileSync(log.files.chain, 'utf8').trimEnd().split('\n');
    writeFileSync(
      log.files.chain,
      change(lines)
        .map((line) => `${line}\n`)
        .join(''),
    );
  };

  it.each<[string, (lines: string[]) => string[], number]>([
    [
      'a root',
      (lines) => lines.map((line, at) => (at === 2 ? line.replace(/"root":"../, '"root":"00') : line)),
      2,
    ],
    ['one taken out', (lines) => lines.filter((_, at) => at !== 2), 2],
    ['two that change places', ([a = '', b = '', c = '', d = '']) => [a, c, b, d], 1],
    ['one that is there twice', ([a = '', b = '', ...rest]) => [a, b, b, ...rest], 1],
    ['the first key taken out', (lines) => lines.slice(1), 0],
    ['no line any more', (lines) => lines.map((line, at) => (at === 2 ? `${line}}` : line)), 2],
  ])('%s', async (_what, change, digest) => {
    const log = await logOf25();
    edit(log, change);
    expect(await firstFailure(log)).toMatchObject({ digest });
  });

  it('signed anew with another key: log and digests fit together, but nobody trusts the key', async () => {
    const log = await logOf25();
    log.tamper(`UPDATE events SET data = '{}' WHERE position = 13`);
    rmSync(join(log.folder, 'audit'), { recursive: true });
    const other = await createSigningKey(log.keyFile);
    await log.digest();
    const bundle = await log.bundle();
    expect((await log.check(bundle, { trust: [other.fingerprint] })).ok).toBe(true);
    const { ok, failures } = await log.check(bundle);
    expect([ok, failures[0]]).toMatchObject([
      false,
      { digest: 0, message: expect.stringContaining(`${other.fingerprint} is not trusted`) },
    ]);
  });

  it('a key put in between by somebody who has not the one before', async () => {
    const log = await logOf25();
    const lines = readFileSync(log.files.chain, 'utf8').trimEnd().split('\n');
    log.tamper(`UPDATE events SET data = '{}' WHERE position = 25`);
    const stranger = await createSigningKey(join(log.folder, 'other.pem'));
    const { hashLine, parseEntry, signKeyEntry, signDigestEntry } = await import('@libs/audit');
    const last = parseEntry(lines[3]!);
    if (last?.kind !== 'digest') throw new Error('the last entry is a digest');
    const key = signKeyEntry(
      { number: 3, previous: hashLine(lines[2]!), time: last.time, publicKey: stranger.publicKey },
      stranger,
    );
    const digest = signDigestEntry({ ...last, number: 4, previous: hashLine(key) }, stranger);
    edit(log, (old) => [...old.slice(0, 3), key, digest]);
    expect(await firstFailure(log)).toMatchObject({ digest: 3 });
  });

  it('cut together with the log: by a second directory, and by an earlier bundle', async () => {
    const log = await newLog();
    const copyDir = join(log.folder, 'copy');
    mkdirSync(copyDir);
    await log.append(10);
    await log.digest({ copyDir });
    await log.append(10);
    await log.digest({ copyDir });
    const earlier = await log.bundle();
    const [key = '', first = ''] = readFileSync(log.files.chain, 'utf8').split('\n');
    truncateSync(log.files.chain, Buffer.byteLength(`${key}\n${first}\n`));
    log.tamper('DELETE FROM events WHERE position > 10');

    const bundle = await log.bundle();
    expect((await log.check(bundle)).ok).toBe(true);
    for (const witness of [{ digests: [copyDir] }, { earlier: [earlier] }]) {
      const { ok, failures } = await log.check(bundle, witness);
      expect([ok, failures[0]]).toMatchObject([
        false,
        { digest: 2, position: '11', message: expect.stringContaining('cut together') },
      ]);
    }
    expect((await log.check(earlier, { digests: [copyDir], earlier: [earlier] })).ok).toBe(true);
  });

  it('written anew with the same key: by a second directory, and by an earlier bundle', async () => {
    const log = await newLog();
    await log.grow(10, 10);
    const earlier = await log.bundle();
    const copy = join(log.folder, 'digests-of-yesterday.ndjson');
    copyFileSync(log.files.chain, copy);
    log.tamper(`UPDATE events SET data = '{}' WHERE position = 13`);
    const key = readFileSync(log.keyFile);
    rmSync(join(log.folder, 'audit'), { recursive: true });
    mkdirSync(join(log.folder, 'audit'));
    writeFileSync(log.keyFile, key);
    await log.digest();

    const bundle = await log.bundle();
    expect((await log.check(bundle)).ok).toBe(true);
    for (const witness of [{ digests: [copy] }, { earlier: [earlier] }]) {
      const { ok, failures } = await log.check(bundle, witness);
      expect([ok, failures[0]]).toMatchObject([false, { message: expect.stringContaining('written anew') }]);
    }
  });

  it('put together of two pasts that the same key has signed', async () => {
    const log = await logOf25();
    const [key = '', first = ''] = readFileSync(log.files.chain, 'utf8').split('\n');
    const { hashLine, parseEntry, signDigestEntry } = await import('@libs/audit');
    const real = parseEntry(first);
    if (real?.kind !== 'digest') throw new Error('the second entry is a digest');
    // A first digest of the forged past, and its second one behind the real first.
    const forged = signDigestEntry({ ...real, root: 'ab'.repeat(32) }, log.key);
    const next = { number: 2, previous: hashLine(forged), from: '11', to: '20', eventsBefore: 10 };
    edit(log, () => [key, first, signDigestEntry({ ...real, ...next }, log.key)]);
    const { failures } = await log.checkAll();
    expect(failures).toContainEqual(
      expect.objectContaining({
        digest: 2,
        message: expect.stringContaining('does not follow the one before'),
      }),
    );
  });

  it('a copy that goes on after the bundle was made is no failure, and is told', async () => {
    const log = await logOf25();
    const bundle = await log.bundle();
    const copy = join(log.folder, 'later.ndjson');
    copyFileSync(log.files.chain, copy);
    await log.append(1);
    await log.digest({ now: () => Date.UTC(2026, 5, 1) });
    const { ok, notes } = await log.check(bundle, { digests: [log.files.chain] });
    expect([ok, notes.length]).toEqual([true, 1]);
    expect((await log.check(bundle, { digests: [copy] })).notes).toEqual([]);
  });
});

describe('a bundle', () => {
  it('cannot vouch for its own key', async () => {
    const log = await logOf25();
    await expect(checkBundle(await log.bundle(), { trust: [] })).rejects.toThrow(UsageError);
  });

  it('that was cut, or has a line more or less, does not hold', async () => {
    const log = await newLog();
    await log.grow(4, 3);
    const file = await log.bundle();
    const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
    const checkLines = async (changed: readonly string[], end = '\n') => {
      writeFileSync(file, changed.join('\n') + end);
      return (await log.check(file)).ok;
    };
    expect(await checkLines(lines)).toBe(true);
    for (let at = 1; at < lines.length; at += 1) {
      expect([at, await checkLines(lines.filter((_, index) => index !== at))]).toEqual([at, false]);
      expect([at, await checkLines(lines.slice(0, at))]).toEqual([at, false]);
      expect([at, await checkLines([...lines.slice(0, at), ...lines.slice(at - 1)])]).toEqual([at, false]);
    }
    expect(await checkLines(lines, '')).toBe(false);
  });

  it('that leaves events out, and says so in its last line, does not hold', async () => {
    const log = await logOf25();
    const file = await log.bundle({ from: '5', to: '22' });
    const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
    const firstFailureWithout = async (from: number, to: number): Promise<unknown> => {
      const kept = lines.slice(0, -1).filter((line) => {
        const { kind, position } = JSON.parse(line) as { kind: string; position?: string };
        return kind !== 'event' || Number(position) < from || Number(position) > to;
      });
      const events = kept.filter((line) => line.startsWith('{"kind":"event"')).length;
      const end = JSON.stringify({ kind: 'end', entries: 4, events });
      writeFileSync(file, [...kept, end, ''].join('\n'));
      return (await log.check(file)).failures[0];
    };
    expect(await firstFailureWithout(99, 99)).toBeUndefined();
    for (const [from, to, missing] of [
      [13, 13, '13'],
      [9, 12, '9'],
      [11, 20, '11'],
      [22, 23, '22'],
      [23, 23, '23'],
      [21, 99, '21'],
      // Not even the neighbour, without which nobody knows where the bundle begins.
      [4, 4, '1'],
      [1, 99, '1'],
    ] as const) {
      expect([from, to, await firstFailureWithout(from, to)]).toMatchObject([
        ...[from, to],
        { position: missing, message: expect.stringContaining('missing') },
      ]);
    }
  });

  it('does not hold with any byte of its digests, events or proofs changed', async () => {
    const log = await newLog();
    await log.grow(5, 3);
    const file = await log.bundle();
    const bytes = readFileSync(file);
    const random = seededRandom(20_260_302);
    // What was asked for and when is said by the bundle alone: not evidence.
    const start = bytes.indexOf(10) + 1;
    for (let round = 0; round < 200; round += 1) {
      const at = start + random(bytes.length - start);
      const changed = Buffer.from(bytes);
      changed[at] = bytes[at]! ^ (1 << random(7));
      writeFileSync(file, changed);
      expect([at, (await log.check(file)).ok]).toEqual([at, false]);
    }
  });
});
