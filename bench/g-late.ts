// g: what an event costs that comes late, by how many of its agent's events come after it; and what everybody else notices
// of it. Against the limit: folding those later events in memory, from evidence that is there already.
import { extractEvidence, foldTimeline, type DecodedUpdate } from '@libs/domain';
import { join } from 'node:path';
import { AppProcess } from './app-process.js';
import type { BenchContext, BenchmarkCase, BenchRow } from './benchmark-case.js';
import { checkTimelines } from './check-timelines.js';
import { decoded } from './decoded.js';
import { compare, figureOf, limitFigure, percentile } from './figures.js';
import { getJsonOnceReady, httpRequest } from './http-request.js';
import { postNdjson } from './post-ndjson.js';
import { projectAgent } from './projected-agent.js';
import { inBodies, sendPaced } from './send-paced.js';
import { inPieces, simulatedLines } from './simulated-lines.js';

const ACCOUNT = 710_021;
const OTHERS = 710_022;
const CALLS_PER_HOUR = 60;
const AFTER_1000_MS = 20;
const OTHERS_MS = 100;
const OTHERS_LOAD = { perSecond: 200, perRequest: 4, probeEvery: 1 };
const BEFORE_LATE_MS = 1_000;
/** Not the agent's first one: that never settles where a track has not changed since. */
const HELD_BACK = 50;

export const late: BenchmarkCase = {
  id: 'g',
  title: 'late events: refolded as the projection does against folded in memory',
  run: async (context) => {
    const { quick, runs } = context;
    const most = quick ? 10_000 : 100_000;
    const later = [10, 1_000, most];
    // Apart from each other, so that each late event finds its place as if it were the only one.
    const lines = simulatedLines(most + 2 * later.length * runs + 1, {
      ...{ accountId: ACCOUNT, agents: 1, callsPerHour: CALLS_PER_HOUR },
    });
    const rows = await measureRefolds(context, decoded(lines), later);
    return [...rows, ...(await measureOthers(context, lines, most))];
  },
};

async function measureRefolds(
  { runs, freshDirectory, progress }: BenchContext,
  updates: readonly DecodedUpdate[],
  later: readonly number[],
): Promise<BenchRow[]> {
  const places = later.map((count, size) =>
    Array.from({ length: runs }, (_, run) => updates.length - 1 - count - 2 * (size * runs + run)),
  );
  const held = new Set(places.flat().map((place) => Math.max(0, place)));
  const agent = await projectAgent(
    join(await freshDirectory(), 'read.db'),
    updates.filter((_, index) => !held.has(index)),
  );
  const rows: BenchRow[] = [];
  for (const [size, count] of later.entries()) {
    const [ours, theirs]: [number[], number[]] = [[], []];
    for (const place of places[size] ?? []) {
      const one = updates[Math.max(0, place)];
      if (one === undefined) throw new Error('there is no such event');
      ours.push(await agent.apply([one]));
      theirs.push(foldInMemory(updates.slice(place)));
    }
    const what = `one event with ${count.toLocaleString('en')} later ones`;
    progress(`${what}: ${Math.round(ours[0] ?? 0)} ms`);
    const row = compare({
      ...{ case: 'g', name: what, unit: 'ms', ours, theirs, against: 'fold of the later ones in memory' },
    });
    const met = row.ours.median <= AFTER_1000_MS;
    rows.push(count === 1_000 ? { ...row, target: { text: `≤ ${AFTER_1000_MS} ms`, met } } : row);
  }
  await agent.check();
  await agent.close();
  return rows;
}

function foldInMemory(updates: readonly DecodedUpdate[]): number {
  const evidences = updates.map(({ eventId, fingerprint, data }) =>
    extractEvidence(eventId, fingerprint, data),
  );
  const began = performance.now();
  foldTimeline(evidences);
  return performance.now() - began;
}

/** Others' events go on at an even rate while the one with the most later events comes in. */
async function measureOthers(
  { quick, freshDirectory, note }: BenchContext,
  lines: readonly Buffer[],
  most: number,
): Promise<BenchRow[]> {
  const folder = await freshDirectory();
  const ingest = await AppProcess.start('ingest', folder);
  const projector = await AppProcess.start('projector', folder);
  const held = lines[HELD_BACK];
  if (held === undefined) throw new Error('there is no such event');
  const onTime = lines.filter((line) => line !== held).slice(0, most);
  await postNdjson(ingest.url, inPieces(onTime), onTime.length);
  await getJsonOnceReady(`${projector.url}/v1/accounts?minPosition=${onTime.length}`);

  const seconds = quick ? 2 : 5;
  const others = simulatedLines(OTHERS_LOAD.perSecond * seconds, { accountId: OTHERS, agents: 100 });
  const bodies = inBodies(others, OTHERS_LOAD.perRequest);
  const sending = sendPaced({ ...OTHERS_LOAD, bodies, ingest: ingest.url, projector: projector.url });
  await new Promise((resolve) => setTimeout(resolve, BEFORE_LATE_MS));
  const began = performance.now();
  const answer = JSON.parse((await httpRequest(`${ingest.url}/v1/agent-updates`, held)).toString()) as {
    readonly results: readonly { readonly position: string }[];
  };
  const acknowledged = performance.now();
  await getJsonOnceReady(`${projector.url}/v1/accounts?minPosition=${answer.results[0]?.position ?? ''}`);
  const visible = performance.now() - acknowledged;
  const { visible: samples } = await sending;
  await checkTimelines(projector.url, ACCOUNT, [...onTime, held], 1);
  await projector.stop();
  await ingest.stop();
  note(
    `the late event itself was acknowledged after ${Math.round(acknowledged - began)} ms and visible ${Math.round(visible)} ms later; ` +
      `meanwhile ${OTHERS_LOAD.perSecond} events/s of 100 others, ${samples.length} of them asked for at once`,
  );
  const row = (name: string, value: number): BenchRow => ({
    ...{
      case: 'g',
      name,
      unit: 'ms',
      ours: figureOf([value]),
      against: 'limit',
      theirs: limitFigure(OTHERS_MS),
    },
    ...{ ratio: value / OTHERS_MS, target: { text: `≤ ${OTHERS_MS} ms`, met: value <= OTHERS_MS } },
  });
  return [row(`others' events visible meanwhile, p99`, percentile(samples, 0.99))];
}
