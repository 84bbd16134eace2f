// The cases in the order in which they are run and shown; one file each.
import { append } from './a-append.js';
import { singlePosts } from './b-single-posts.js';
import type { BenchmarkCase } from './benchmark-case.js';
import { rebuild } from './c-rebuild.js';
import { year } from './d-year.js';
import { buckets } from './e-buckets.js';
import { freshness } from './f-freshness.js';
import { late } from './g-late.js';
import { kurrentDb } from './h-kurrentdb.js';
import { postgres } from './h-postgres.js';

export const CASES: readonly BenchmarkCase[] = [
  append,
  singlePosts,
  rebuild,
  year,
  buckets,
  freshness,
  late,
  kurrentDb,
  postgres,
];
