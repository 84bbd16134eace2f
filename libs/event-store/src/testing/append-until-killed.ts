// A writer process for the kill -9 spec: appends pairs of events for ever and prints a line for each pair acknowledged,
// never before. Arguments: the file, and the number of the run (ids differ from run to run).
import { writeSync } from 'node:fs';
import { openSqliteEventStore } from '../sqlite/index.js';
import { itemOf, newEvent } from './sample-events.js';

const STREAMS = 8;
const STDOUT = 1;

const [file = '', run = ''] = process.argv.slice(2);
const store = openSqliteEventStore({ file, now: () => Date.now() });

async function appendForever(streamNumber: number): Promise<never> {
  const stream = `agent-1-${streamNumber}`;
  const [last] = await store.readStream(stream, { direction: 'backwards', limit: 1 });
  let expected = last?.revision ?? ('noStream' as const);
  for (let n = (Number(run) * STREAMS + streamNumber) * 1_000_000; ; n += 2) {
    const pair = [newEvent(n), newEvent(n + 1)];
    const [result] = await store.append([itemOf(stream, expected, ...pair)]);
    if (result?.outcome !== 'appended') throw new Error(`append to ${stream}: ${String(result?.outcome)}`);
    expected = result.revision;
    writeSync(
      STDOUT,
      `${JSON.stringify({ id: pair[1]?.id, revision: expected, position: String(result.position) })}\n`,
    );
  }
}

await Promise.all(Array.from({ length: STREAMS }, (_, streamNumber) => appendForever(streamNumber)));
