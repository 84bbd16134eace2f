// a: a bulk sender's NDJSON through HTTP, against inserting the same rows into SQLite without any of it. No projector runs.
import { join } from 'node:path';
import { AppProcess } from './app-process.js';
import type { BenchmarkCase } from './benchmark-case.js';
import { checkLog } from './check-log.js';
import { compare } from './figures.js';
import { postNdjson } from './post-ndjson.js';
import { insertRaw, readRows } from './raw-insert.js';
import { inPieces, simulatedLines } from './simulated-lines.js';

const AGENTS = 500;
const ACCOUNT = 710_001;
const WARM_UP_ACCOUNT = 710_002;
const TARGET = 0.6;

export const append: BenchmarkCase = {
  id: 'a',
  title: 'append: NDJSON through HTTP against the raw insert of the same rows',
  run: async ({ quick, runs, freshDirectory, progress, note }) => {
    const events = quick ? 10_000 : 100_000;
    const lines = simulatedLines(events, { accountId: ACCOUNT, agents: AGENTS });
    const warmUp = simulatedLines(quick ? 5_000 : 10_000, { accountId: WARM_UP_ACCOUNT, agents: AGENTS });
    const pieces = inPieces(lines);
    const rates = { ours: [] as number[], keyed: [] as number[], bare: [] as number[] };
    const perSecond = (ms: number): number => (events / ms) * 1_000;

    for (let run = 0; run < runs; run += 1) {
      const folder = await freshDirectory();
      const ingest = await AppProcess.start('ingest', folder, { LOG_LEVEL: 'info' });
      // Its threads start when they are needed first; a service runs for months.
      await postNdjson(ingest.url, inPieces(warmUp), warmUp.length);
      const answer = await postNdjson(ingest.url, pieces, events);
      if (answer.appended !== events) throw new Error(`${answer.appended} of ${events} were appended`);
      await ingest.stop();
      rates.ours.push(perSecond(answer.ms));
      const log = join(folder, 'events.db');
      await checkLog(log, lines, Date.now());

      const all = readRows(log);
      const rows = all.slice(warmUp.length).map((row, index) => ({ ...row, position: index + 1 }));
      const before = all.slice(0, warmUp.length);
      await insertRaw(join(folder, 'warm-up.db'), before, 'keys');
      rates.keyed.push(perSecond(await insertRaw(join(folder, 'keyed.db'), rows, 'keys')));
      rates.bare.push(perSecond(await insertRaw(join(folder, 'bare.db'), rows, 'no keys')));
      progress(
        `${run + 1} of ${runs}: ${Math.round(perSecond(answer.ms))} events/s, raw ${Math.round(rates.keyed.at(-1) ?? 0)}`,
      );
    }
    const bytes = Math.round(pieces.reduce((sum, { length }) => sum + length, 0) / events);
    note(`${events} payloads of ${bytes} bytes on average, of ${AGENTS} agents, in one request`);
    const row = { case: 'a', unit: 'events/s', ours: rates.ours };
    return [
      compare({
        ...row,
        name: 'NDJSON through HTTP',
        against: 'raw insert, same rows and unique keys',
        theirs: rates.keyed,
        target: { text: `≥ ${TARGET}`, met: (ratio) => ratio >= TARGET },
      }),
      compare({
        ...row,
        name: 'NDJSON through HTTP',
        against: 'raw insert, no keys but the position',
        theirs: rates.bare,
      }),
    ];
  },
};
