// Runs the chosen cases one after the other, each on folders of its own. One that fails is told and fails the whole run in
// the end, but not the cases after it.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isChosen, type BenchOptions } from './bench-options.js';
import { benchTable } from './bench-table.js';
import type { BenchmarkCase, BenchRow } from './benchmark-case.js';
import { describeMachine, machineText } from './machine.js';

export interface BenchIo {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Monotonic ms. */
  readonly elapsed: () => number;
}

/** Gives the exit code: 0, or 1 when a case failed. A missed target is a result. */
export async function runBenchmark(
  cases: readonly BenchmarkCase[],
  options: BenchOptions,
  { out, err, elapsed }: BenchIo,
): Promise<0 | 1> {
  const folder = resolve(options.folder);
  await mkdir(folder, { recursive: true });
  const machine = await describeMachine(folder);
  err(`${machineText(machine)}\n`);

  const rows: BenchRow[] = [];
  const notes: string[] = [];
  const failures: { readonly case: string; readonly reason: string }[] = [];
  for (const one of cases.filter(({ id }) => isChosen(id, options.only))) {
    const began = elapsed();
    const say = (text: string): void =>
      err(`${one.id} · ${((elapsed() - began) / 1_000).toFixed(1)} s · ${text}\n`);
    const folders: string[] = [];
    say(one.title);
    try {
      const measured = await one.run({
        quick: options.quick,
        runs: options.runs,
        progress: say,
        note: (text) => void notes.push(`${one.id}: ${text}`),
        freshDirectory: async () => {
          const fresh = await mkdtemp(join(folder, `bench-${one.id}-`));
          folders.push(fresh);
          return fresh;
        },
      });
      rows.push(...measured);
    } catch (error) {
      failures.push({ case: one.id, reason: error instanceof Error ? error.message : String(error) });
      say(`failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    } finally {
      await Promise.all(folders.map((used) => rm(used, { recursive: true, force: true })));
    }
  }

  const { quick, runs } = options;
  if (options.json) {
    out(`${JSON.stringify({ machine, quick, runs, rows, notes, failures }, null, 2)}\n`);
  } else {
    out(`${machineText(machine)} · ${runs} runs${quick ? ', quick' : ''}\n\n${benchTable(rows)}`);
    for (const note of notes) out(`${note}\n`);
    for (const failure of failures) out(`${failure.case} FAILED: ${failure.reason}\n`);
  }
  return failures.length === 0 ? 0 : 1;
}
