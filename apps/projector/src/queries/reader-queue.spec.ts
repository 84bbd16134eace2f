// Who gets a reader, who waits, and who is told that there is none.
import { describe, expect, it } from '@jest/globals';
import { QueryAbandonedError, ReaderBusyError } from './query-reader.js';
import { createReaderQueue } from './reader-queue.js';

/** Work that ends when told to, and notes its beginning. */
function work(started: string[], name: string) {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const run = async (): Promise<string> => {
    started.push(name);
    await ended;
    return name;
  };
  return { run, end };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the queue before the readers', () => {
  it('no more run than there are readers, and the others follow in the order of asking', async () => {
    const started: string[] = [];
    const queue = createReaderQueue({ readers: 2, mostWaiting: 10 });
    const works = ['a', 'b', 'c', 'd'].map((name) => work(started, name));
    const answers = works.map(({ run }) => queue.run(run));
    await turn();
    expect(started).toEqual(['a', 'b']);
    expect(queue.waiting()).toBe(2);
    works[1]?.end();
    await answers[1];
    await turn();
    expect(started).toEqual(['a', 'b', 'c']);
    for (const { end } of works) end();
    expect(await Promise.all(answers)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('one more than may wait is refused, and the rest are not disturbed', async () => {
    const started: string[] = [];
    const queue = createReaderQueue({ readers: 1, mostWaiting: 1 });
    const [first, second] = [work(started, 'a'), work(started, 'b')];
    const answers = [queue.run(first.run), queue.run(second.run)];
    await expect(queue.run(() => Promise.resolve('c'))).rejects.toThrow(ReaderBusyError);
    first.end();
    second.end();
    expect(await Promise.all(answers)).toEqual(['a', 'b']);
  });

  it('work that fails leaves its reader to the next', async () => {
    const queue = createReaderQueue({ readers: 1, mostWaiting: 1 });
    const failing = queue.run(() => Promise.reject(new Error('no such table')));
    const next = queue.run(() => Promise.resolve('next'));
    await expect(failing).rejects.toThrow('no such table');
    expect(await next).toBe('next');
  });

  it('a query whose asker has gone while it waits is never run, and its place is free', async () => {
    const started: string[] = [];
    const queue = createReaderQueue({ readers: 1, mostWaiting: 1 });
    const first = work(started, 'a');
    const running = queue.run(first.run);
    const gone = new AbortController();
    const abandoned = queue.run(work(started, 'b').run, gone.signal);
    gone.abort();
    await expect(abandoned).rejects.toThrow(QueryAbandonedError);
    expect(queue.waiting()).toBe(0);
    const third = queue.run(() => Promise.resolve('c'));
    first.end();
    expect(await Promise.all([running, third])).toEqual(['a', 'c']);
    expect(started).toEqual(['a']);
    await expect(queue.run(() => Promise.resolve('d'), gone.signal)).rejects.toThrow(QueryAbandonedError);
  });

  it('once nothing may wait, what waits is refused at once, and what runs goes on', async () => {
    const queue = createReaderQueue({ readers: 1, mostWaiting: 5 });
    const first = work([], 'a');
    const running = queue.run(first.run);
    const waiting = [queue.run(() => Promise.resolve('b')), queue.run(() => Promise.resolve('c'))];
    queue.refuseWaiting();
    for (const one of waiting) await expect(one).rejects.toThrow(ReaderBusyError);
    await expect(queue.run(() => Promise.resolve('d'))).rejects.toThrow(ReaderBusyError);
    first.end();
    expect(await running).toBe('a');
    expect(await queue.run(() => Promise.resolve('e'))).toBe('e');
  });
});
