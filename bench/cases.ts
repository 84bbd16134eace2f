// The cases in the order in which they are run and shown; one file each.
import { append } from './a-append.js';
import { freshness } from './f-freshness.js';
import type { BenchmarkCase } from './benchmark-case.js';

export const CASES: readonly BenchmarkCase[] = [append, freshness];
