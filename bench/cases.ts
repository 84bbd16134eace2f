// The cases in the order in which they are run and shown; one file each.
import { append } from './a-append.js';
import type { BenchmarkCase } from './benchmark-case.js';
import { year } from './d-year.js';
import { buckets } from './e-buckets.js';

export const CASES: readonly BenchmarkCase[] = [append, year, buckets];
