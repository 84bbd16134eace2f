// The pool over real threads. What they run is a stand-in, for under jest there is no compiled reader to start: it can spin
// for ever, which no good query does, and answer.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tempFolders } from '@libs/event-store/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { QueryTimeoutError, ReaderBusyError, type QueryReader } from './query-reader.js';
import type { ReadRequest } from './read-request.js';
import { openReaderPool } from './reader-pool.js';

const newFolder = tempFolders();
const LIMIT_MS = 1_000;
const STAND_IN = `import { threadId } from 'node:worker_threads';
export default ({ name }) => {
  if (name === 'time-in-status') for (;;);
  return new TextEncoder().encode(String(threadId));
};`;

const abusive: ReadRequest<'time-in-status'> = {
  name: 'time-in-status',
  parameters: {
    ...{ account: '1', from: 0, to: 1, asOf: 0, tz: 'UTC', bucket: null, groupBy: 'agent', track: 'status' },
    ...{ agentIds: [], teamIds: [], visits: false, limit: 1, after: null },
  },
  pages: null,
};
const harmless: ReadRequest<'accounts'> = { name: 'accounts', parameters: {}, pages: null };

describe('the reader pool', () => {
  let pool: QueryReader;
  afterEach(() => pool.close());

  function open(limitMs = LIMIT_MS): void {
    const folder = newFolder();
    const file = join(folder, 'stand-in.mjs');
    writeFileSync(file, STAND_IN);
    const url = { kind: 'sqlite', path: join(folder, 'none.db') } as const;
    pool = openReaderPool(
      { eventStore: url, readModel: url },
      { threads: 2, limitMs, worker: pathToFileURL(file) },
    );
  }

  const ask = async (): Promise<string> => {
    const answer = await pool.ask(harmless);
    return answer instanceof Uint8Array ? new TextDecoder().decode(answer) : answer.refused;
  };

  it('abusive queries in every reader are ended, and those behind them answered', async () => {
    open();
    const spinning = Array.from({ length: 5 }, () => pool.ask(abusive));
    const outcomes = Promise.allSettled(spinning);
    const behind = [ask(), ask()];
    expect(await Promise.all(behind)).toEqual([
      expect.stringMatching(/^\d+$/),
      expect.stringMatching(/^\d+$/),
    ]);
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(QueryTimeoutError) });
    }
    expect(await ask()).toMatch(/^\d+$/);
  });

  it('more queries than may wait are refused', async () => {
    open(60_000);
    const outcomes = Promise.allSettled(Array.from({ length: 40 }, () => pool.ask(abusive)));
    await expect(pool.ask(harmless)).rejects.toThrow(ReaderBusyError);
    expect(pool.waiting()).toBe(32);
    await pool.close();
    const reasons = (await outcomes).map((outcome) => outcome.status);
    expect(new Set(reasons)).toEqual(new Set(['rejected']));
  });
});
