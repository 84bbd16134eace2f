// S1's hardest part: a writer process killed at any moment, again and again, with a reader of another process watching.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { followUntil, readToHead, tempFolders } from '../testing/index.js';
import { openSqliteEventStore, waitForEventStore } from './index.js';

const RUNS = 5;
const HOOKS = new URL('../testing/typescript-hooks.mjs', import.meta.url).href;
const WRITER = fileURLToPath(new URL('../testing/append-until-killed.ts', import.meta.url));

interface Acknowledged {
  readonly id: string;
  readonly revision: number;
  readonly position: string;
}

describe('S1: kill -9 loses nothing acknowledged', () => {
  const newFolder = tempFolders();

  it('every acknowledged event is there, in whole appends, without a hole, as a live reader saw them', async () => {
    const file = join(newFolder(), 'events.db');
    const now = () => Date.now();
    const waiting = waitForEventStore({ file, now, signal: new AbortController().signal });

    const acknowledged: Acknowledged[] = [];
    for (let run = 0; run < RUNS; run += 1)
      acknowledged.push(...(await appendThenKill(file, run, 50 + 40 * run)));

    const reader = (await waiting)!;
    const store = openSqliteEventStore({ file, now });
    const events = await readToHead(store);
    const byId = new Map(events.map((event) => [event.id, event]));
    for (const { id, revision, position } of acknowledged) {
      expect(byId.get(id)).toMatchObject({ revision, position: BigInt(position) });
    }
    expect(events.map(({ position }) => position)).toEqual(events.map((_, index) => BigInt(index + 1)));
    expect(events.length % 2).toBe(0);
    expect(await followUntil(reader, events.length)).toEqual(events);
    await store.close();
    await reader.close();
  });
});

/** Runs the writer until it has acknowledged `enough` appends, kills it with SIGKILL; gives every line it printed. */
async function appendThenKill(file: string, run: number, enough: number): Promise<Acknowledged[]> {
  const writer = spawn(process.execPath, ['--import', HOOKS, WRITER, file, String(run)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let failure = '';
  writer.stderr.setEncoding('utf8').on('data', (text: string) => (failure += text));
  const lines: Acknowledged[] = [];
  for await (const line of createInterface({ input: writer.stdout })) {
    if (line.endsWith('}')) lines.push(JSON.parse(line) as Acknowledged);
    if (lines.length === enough) writer.kill('SIGKILL');
  }
  if (lines.length < enough) throw new Error(`the writer stopped by itself: ${failure}`);
  return lines;
}
