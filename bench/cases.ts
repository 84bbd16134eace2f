// The cases in the order in which they are run and shown; one file each.
import { append } from './a-append.js';
import { singlePosts } from './b-single-posts.js';
import type { BenchmarkCase } from './benchmark-case.js';

export const CASES: readonly BenchmarkCase[] = [append, singlePosts];
