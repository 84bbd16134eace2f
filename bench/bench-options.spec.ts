import { describe, expect, it } from '@jest/globals';
import { CommanderError } from 'commander';
import { isChosen, readBenchOptions } from './bench-options.js';

const IDS = ['a', 'h-one', 'h-other'];
const said: string[] = [];
const say = (text: string): void => void said.push(text);
const read = (...words: string[]) => readBenchOptions(words, IDS, { out: say, err: say });

describe('the options of the benchmark', () => {
  it('are five runs of all cases by default, three when it must be quick', () => {
    expect(read()).toEqual({ json: false, quick: false, only: null, runs: 5, folder: 'data' });
    expect(read('--quick', '--json')).toMatchObject({ quick: true, json: true, runs: 3 });
    expect(read('--quick', '--runs', '7')).toMatchObject({ quick: true, runs: 7 });
  });

  it('choose cases by id or by letter', () => {
    const { only } = read('--only', 'h, a');
    expect(IDS.filter((id) => isChosen(id, only))).toEqual(IDS);
    expect(IDS.filter((id) => isChosen(id, read('--only', 'h-one').only))).toEqual(['h-one']);
    expect(IDS.filter((id) => isChosen(id, null))).toEqual(IDS);
  });

  it.each([[['--only', 'z']], [['--only', '']], [['--runs', '0']], [['--runs', 'many']], [['--nope']]])(
    'refuse %j with a word about it',
    (words) => {
      said.length = 0;
      expect(() => read(...words)).toThrow(CommanderError);
      expect(said.join('')).toMatch(/^error: /);
    },
  );
});
