// b: single payloads over 64 connections, each answered when it is durable, against the same server when it stores nothing.
import { decodeAgentUpdateText } from '@libs/domain';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppProcess } from './app-process.js';
import type { BenchmarkCase } from './benchmark-case.js';
import { checkLog } from './check-log.js';
import { compare, figureOf } from './figures.js';
import { postSingly, type SingleAnswers } from './post-singly.js';
import { readRows } from './raw-insert.js';
import { simulatedLines } from './simulated-lines.js';

const AGENTS = 500;
const ACCOUNT = 710_003;
const WARM_UP_ACCOUNT = 710_004;
const CONNECTIONS = 64;
/** Every connection may prepare some requests that it never sends. */
const SPARE = 4 * CONNECTIONS;
const TARGET = 0.5;

export const singlePosts: BenchmarkCase = {
  id: 'b',
  title: `single posts over ${CONNECTIONS} connections against the same server when it stores nothing`,
  run: async ({ quick, runs, freshDirectory, progress, note }) => {
    const events = quick ? 3_000 : 30_000;
    const warmUpEvents = quick ? 1_500 : 5_000;
    const payloads = simulatedLines(events + SPARE, { accountId: ACCOUNT, agents: AGENTS });
    const warmUp = simulatedLines(warmUpEvents + SPARE, { accountId: WARM_UP_ACCOUNT, agents: AGENTS });
    const measure = async (app: AppProcess): Promise<SingleAnswers> => {
      await postSingly(app.url, warmUp, warmUpEvents, CONNECTIONS);
      const answers = await postSingly(app.url, payloads, events, CONNECTIONS);
      await app.stop();
      return answers;
    };
    const perSecond = ({ ms }: SingleAnswers): number => (events / ms) * 1_000;

    const ours: SingleAnswers[] = [];
    const theirs: SingleAnswers[] = [];
    for (let run = 0; run < runs; run += 1) {
      const folder = await freshDirectory();
      const answers = await measure(await AppProcess.start('ingest', folder));
      await checkAcknowledged(join(folder, 'events.db'), payloads, answers.eventIds);
      ours.push(answers);

      const script = fileURLToPath(new URL('no-store-app.js', import.meta.url));
      theirs.push(await measure(await AppProcess.run(script, await freshDirectory(), { INGEST_PORT: '0' })));
      const [one, other] = [answers, theirs.at(-1) ?? answers].map((each) => Math.round(perSecond(each)));
      progress(`${run + 1} of ${runs}: ${one} requests/s, without storing ${other}`);
    }
    const p99 = figureOf(ours.map(({ p99Ms }) => p99Ms)).median;
    note(`${events} posts of one payload; 99 of 100 were answered, and durable, within ${p99} ms`);
    return [
      compare({
        case: 'b',
        name: `single posts, ${CONNECTIONS} connections`,
        unit: 'requests/s',
        ours: ours.map(perSecond),
        against: 'the same server storing nothing',
        theirs: theirs.map(perSecond),
        target: { text: `≥ ${TARGET}`, met: (ratio) => ratio >= TARGET },
      }),
    ];
  },
};

/** Throws unless all that was acknowledged is in the log, and timelines fold as they should. */
async function checkAcknowledged(
  log: string,
  payloads: readonly Buffer[],
  eventIds: readonly string[],
): Promise<void> {
  const stored = new Set(readRows(log).map(({ id }) => id));
  const lost = eventIds.filter((id) => !stored.has(id));
  if (lost.length > 0) throw new Error(`${lost.length} acknowledged events are not in the log`);
  const acknowledged = new Set(eventIds);
  const now = Date.now();
  const sent = payloads.filter((payload) => {
    const decoded = decodeAgentUpdateText(payload, now);
    return decoded.ok && acknowledged.has(decoded.update.eventId);
  });
  await checkLog(log, sent, now, 'in any order');
}
