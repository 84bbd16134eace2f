// The runner with cases that measure nothing: what it shows, what it keeps apart, what it leaves behind.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchOptions } from './bench-options.js';
import { benchTable, numberText } from './bench-table.js';
import type { BenchmarkCase, BenchRow } from './benchmark-case.js';
import { compare, limitFigure, figureOf } from './figures.js';
import { mountedAt } from './machine.js';
import { runBenchmark } from './run-benchmark.js';

let folder: string;
let out: string;
let err: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-spec-'));
  [out, err] = ['', ''];
});
afterEach(() => rm(folder, { recursive: true }));

const run = (cases: readonly BenchmarkCase[], options: Partial<BenchOptions> = {}) =>
  runBenchmark(
    cases,
    { json: false, quick: true, only: null, runs: 3, folder, ...options },
    { out: (text) => void (out += text), err: (text) => void (err += text), elapsed: () => 0 },
  );

const row = (id: string): BenchRow =>
  compare({
    ...{ case: id, name: 'append', unit: 'events/s', against: 'raw insert' },
    ...{ ours: [12_345, 10_000, 14_000], theirs: [20_000, 20_000, 20_000] },
    target: { text: '≥ 0.6', met: (ratio) => ratio >= 0.6 },
  });
const good: BenchmarkCase = {
  id: 'a',
  title: 'a case that is well',
  run: async (context) => {
    const fresh = await context.freshDirectory();
    await writeFile(join(fresh, 'file'), 'x');
    context.progress(`${String(context.quick)} ${context.runs} ${(await readdir(folder)).length}`);
    context.note('small data');
    return [row('a')];
  },
};
const wrong: BenchmarkCase = {
  id: 'b',
  title: 'a case with a wrong answer',
  run: async (context) => {
    await context.freshDirectory();
    throw new Error('the sum is wrong');
  },
};

describe('the benchmark', () => {
  it('shows a row with figures, spread, ratio and target, and removes its folders', async () => {
    expect(await run([good])).toBe(0);
    expect(out).toMatch(
      /^a +append +12,300 \(10,000 … 14,000\) +raw insert +20,000 \(20,000 … 20,000\) +events\/s +0\.617 +≥ 0\.6 +met$/m,
    );
    expect(out).toContain('a: small data\n');
    expect(err).toContain('a · 0.0 s · true 3 1\n');
    expect(await readdir(folder)).toEqual([]);
  });

  it('a case that fails is told, runs no other case over, and fails the run', async () => {
    expect(await run([wrong, good])).toBe(1);
    expect(out).toContain('b FAILED: the sum is wrong');
    expect(out).toContain('raw insert');
    expect(await readdir(folder)).toEqual([]);
  });

  it('as JSON tells machine, rows, notes and failures, and nothing else on its output', async () => {
    expect(await run([good, wrong], { json: true })).toBe(1);
    expect(JSON.parse(out)).toEqual({
      machine: expect.objectContaining({ cores: expect.any(Number), node: process.version }),
      ...{ quick: true, runs: 3 },
      rows: [row('a')],
      notes: ['a: small data'],
      failures: [{ case: 'b', reason: 'the sum is wrong' }],
    });
  });

  it('runs what was chosen alone', async () => {
    expect(await run([wrong, good], { only: ['a'] })).toBe(0);
    expect(err).not.toContain('wrong answer');
  });

  it('a missed target is shown, not a failure; a limit has no spread', async () => {
    const late: BenchRow = {
      ...{ case: 'f', name: 'p99', unit: 'ms', against: 'limit', theirs: limitFigure(100) },
      ...{ ours: figureOf([150]), ratio: 1.5, target: { text: '≤ 100 ms', met: false }, note: 'why' },
    };
    expect(await run([{ id: 'f', title: 'late', run: () => Promise.resolve([late]) }])).toBe(0);
    expect(out).toMatch(/^f +p99 +150 +limit +100 +ms +1\.5 +≤ 100 ms +MISSED$/m);
    expect(out).toContain('f, p99: why\n');
  });
});

describe('the table', () => {
  it('gives three significant digits and keeps whole thousands readable', () => {
    expect([1_234_567, 12.345, 0.012345, 100, 0].map(numberText)).toEqual([
      '1,230,000',
      '12.3',
      '0.0123',
      '100',
      '0',
    ]);
  });

  it('without rows is its head', () => expect(benchTable([])).toMatch(/^case .*target\n$/));
});

describe('the file system', () => {
  const mounts = ['/dev/a / ext4 rw', 'x /data tmpfs rw', 'y /data xfs rw', 'z /data/deep btrfs rw', ''].join(
    '\n',
  );

  it('is that of the deepest mount above the folder, the latest at one place', () => {
    expect(
      ['/home', '/data', '/data/x', '/data/deep/y', '/datax'].map((path) => mountedAt(path, mounts)),
    ).toEqual(['ext4', 'xfs', 'xfs', 'btrfs', 'ext4']);
    expect(mountedAt('/home', '')).toBe('unknown');
  });
});
