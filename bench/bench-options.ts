// What the benchmark is asked for on the command line.
import { Command, InvalidArgumentError } from 'commander';

export interface BenchOptions {
  readonly json: boolean;
  readonly quick: boolean;
  /** Ids of cases or their letters; null for all. */
  readonly only: readonly string[] | null;
  readonly runs: number;
  /** Where the data directories are made: the disk that is measured. */
  readonly folder: string;
}

const RUNS = 5;
const QUICK_RUNS = 3;

/** `ids`: of all cases. Throws `CommanderError`, also when only help was asked for. */
export function readBenchOptions(
  words: readonly string[],
  ids: readonly string[],
  { out, err }: { readonly out: (text: string) => void; readonly err: (text: string) => void },
): BenchOptions {
  const command = new Command('bench')
    .description(
      'Measures this service against what else could do the work, on this machine, in the same run',
    )
    .option('--json', 'the result as JSON', false)
    .option('--quick', `smaller data and ${QUICK_RUNS} runs`, false)
    .option('--only <cases>', `some cases, separated by commas: ${ids.join(', ')}`, namesOf(ids))
    .option('--runs <number>', `measurements a figure (default: ${RUNS})`, whole)
    .option('--dir <folder>', 'where the data directories are made and removed', 'data')
    .configureOutput({ writeOut: out, writeErr: err })
    .exitOverride();
  const given = command.parse([...words], { from: 'user' }).opts<{
    readonly json: boolean;
    readonly quick: boolean;
    readonly only?: readonly string[];
    readonly runs?: number;
    readonly dir: string;
  }>();
  const { json, quick, only = null, runs = quick ? QUICK_RUNS : RUNS, dir: folder } = given;
  return { json, quick, only, runs, folder };
}

/** A letter stands for every case that begins with it. */
export const isChosen = (id: string, only: readonly string[] | null): boolean =>
  only === null || only.some((name) => id === name || id.startsWith(`${name}-`));

function namesOf(ids: readonly string[]): (text: string) => readonly string[] {
  return (text) => {
    const names = text.split(',').map((name) => name.trim());
    const unknown = names.find((name) => !ids.some((id) => isChosen(id, [name])));
    if (unknown !== undefined) throw new InvalidArgumentError(`There is no case ${unknown}.`);
    return names;
  };
}

function whole(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new InvalidArgumentError('A whole number of 1 to 999 is needed.');
  return Number(text);
}
