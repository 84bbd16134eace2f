// `npm run bench`: measures the service against its peers and limits. Progress on stderr, the result on stdout.
import { runMain } from '@libs/platform';
import { CommanderError } from 'commander';
import { readBenchOptions } from './bench-options.js';
import { CASES } from './cases.js';
import { runBenchmark } from './run-benchmark.js';

const out = (text: string): void => void process.stdout.write(text);
const err = (text: string): void => void process.stderr.write(text);

await runMain(async () => {
  const ids = CASES.map(({ id }) => id);
  try {
    const options = readBenchOptions(process.argv.slice(2), ids, { out, err });
    process.exitCode = await runBenchmark(CASES, options, { out, err, elapsed: () => performance.now() });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  }
});
