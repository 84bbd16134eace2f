// f: how soon an acknowledged event counts in answers, and how far the projection is behind under load, while readers ask
// for a month of everybody. Ingest and projector are processes of their own, as they are run; senders are paced.
import { AppProcess } from './app-process.js';
import type { BenchContext, BenchmarkCase, BenchRow } from './benchmark-case.js';
import { checkTimelines } from './check-timelines.js';
import { figureOf, limitFigure, percentile } from './figures.js';
import { getJsonOnceReady, readMetric } from './http-request.js';
import type { PacedResult } from './paced-sender.js';
import { postNdjson } from './post-ndjson.js';
import { askContinuously } from './report-load.js';
import { inBodies, sendPaced } from './send-paced.js';
import { FEED_FROM, inPieces, simulatedLines } from './simulated-lines.js';

const ACCOUNT = 710_011;
const READERS = 3;
const MONTH_MS = 30 * 86_400_000;
const ORDINARY = { perSecond: 1_000, perRequest: 10, probeEvery: 4 };
const HEAVY = { perSecond: 5_000, perRequest: 50, probeEvery: 10 };
const VISIBLE_MS = 100;
const LAG_MS = 1_000;
const LOOP_MS = 50;
const LOOP_DELAY = 'nodejs_eventloop_lag_p99_seconds';

interface Load {
  readonly perSecond: number;
  readonly perRequest: number;
  readonly probeEvery: number;
}

export const freshness: BenchmarkCase = {
  id: 'f',
  title: 'freshness: acknowledged to visible, and the lag under load, while reports run',
  run: async (context) => {
    const { quick, runs, note } = context;
    const sizes = quick
      ? { agents: 200, history: 20_000, seconds: 1.5, heavySeconds: 3 }
      : { agents: 500, history: 150_000, seconds: 5, heavySeconds: 20 };
    const { agents, history, seconds, heavySeconds } = sizes;
    const perRun = ORDINARY.perSecond * seconds;
    const lines = simulatedLines(history + runs * perRun + HEAVY.perSecond * heavySeconds, {
      ...{ accountId: ACCOUNT, agents, callsPerHour: 0.5 },
    });
    const apps = await started(context);
    await postNdjson(apps.ingest.url, inPieces(lines.slice(0, history)), history);
    await untilProjected(apps.projector.url, history);

    const measured: Measured[] = [];
    let at = history;
    for (let run = 0; run < runs; run += 1) {
      measured.push(await underLoad(apps, lines.slice(at, (at += perRun)), ORDINARY));
      context.progress(
        `${run + 1} of ${runs}: visible p99 ${Math.round(p99(measured.at(-1)?.visible ?? []))} ms`,
      );
    }
    const heavy = await underLoad(apps, lines.slice(at), HEAVY);
    await untilProjected(apps.projector.url, lines.length);
    await checkTimelines(apps.projector.url, ACCOUNT, lines, 10);
    await apps.projector.stop();
    await apps.ingest.stop();

    note(
      `${agents} agents, ${history} events before; ${READERS} readers of a month of all of them, ` +
        `${median50(measured.flatMap(({ reports }) => reports))} ms an answer (p50) at ${ORDINARY.perSecond} events/s`,
    );
    note(`${HEAVY.perSecond} events/s: ${heavySentence(heavy)}`);
    return rowsOf(measured, heavy);
  },
};

interface Apps {
  readonly ingest: AppProcess;
  readonly projector: AppProcess;
}

interface Measured extends PacedResult {
  /** ms an answer. */
  readonly reports: readonly number[];
  /** The worse of the two apps' p99, ms. */
  readonly loopDelay: number;
}

async function started({ freshDirectory }: BenchContext): Promise<Apps> {
  const folder = await freshDirectory();
  const ingest = await AppProcess.start('ingest', folder);
  return { ingest, projector: await AppProcess.start('projector', folder) };
}

async function untilProjected(projector: string, events: number): Promise<void> {
  await getJsonOnceReady(`${projector}/v1/accounts?minPosition=${events}`);
}

async function underLoad(
  { ingest, projector }: Apps,
  lines: readonly Buffer[],
  load: Load,
): Promise<Measured> {
  const month = new URLSearchParams({
    from: new Date(FEED_FROM).toISOString(),
    to: new Date(FEED_FROM + MONTH_MS).toISOString(),
  });
  const bodies = inBodies(lines, load.perRequest);
  const url = `${projector.url}/v1/accounts/${ACCOUNT}/reports/time-in-status?${month.toString()}`;
  const readers = askContinuously(url, READERS);
  // Each look begins the next measurement.
  await Promise.all([readMetric(ingest.url, LOOP_DELAY), readMetric(projector.url, LOOP_DELAY)]);
  const sent = await sendPaced({ ...load, bodies, ingest: ingest.url, projector: projector.url });
  const delays = await Promise.all([
    readMetric(ingest.url, LOOP_DELAY),
    readMetric(projector.url, LOOP_DELAY),
  ]);
  return { ...sent, reports: await readers.stop(), loopDelay: Math.max(...delays) * 1_000 };
}

const p99 = (samples: readonly number[]): number => percentile(samples, 0.99);
const median50 = (samples: readonly number[]): number => Math.round(percentile(samples, 0.5));

function heavySentence({ sent, ms, latestSend, acknowledged, visible, reports }: Measured): string {
  return [
    `${Math.round((sent / ms) * 1_000)} events/s went through, sent ${Math.round(latestSend)} ms late at most`,
    `acknowledged after ${median50(acknowledged)} ms (p50), ${Math.round(p99(acknowledged))} ms (p99)`,
    `visible after ${median50(visible)} ms (p50), ${Math.round(p99(visible))} ms (p99)`,
    `${reports.length} reports, ${median50(reports)} ms an answer (p50)`,
  ].join(', ');
}

function rowsOf(measured: readonly Measured[], heavy: Measured): BenchRow[] {
  const row = (name: string, samples: readonly number[], limit: number | null): BenchRow => {
    const ours = figureOf(samples);
    return {
      ...{ case: 'f', name, unit: 'ms', ours, against: limit === null ? 'nothing' : 'limit' },
      ...{ theirs: limitFigure(limit ?? 0), ratio: limit === null ? NaN : ours.median / limit },
      target: limit === null ? null : { text: `≤ ${limit} ms`, met: ours.median <= limit },
    };
  };
  const ordinary = `${ORDINARY.perSecond}/s`;
  const busy = `${HEAVY.perSecond}/s`;
  return [
    row(
      `acknowledged to visible at ${ordinary}, p50`,
      measured.map(({ visible }) => percentile(visible, 0.5)),
      VISIBLE_MS,
    ),
    row(
      `acknowledged to visible at ${ordinary}, p99`,
      measured.map(({ visible }) => p99(visible)),
      VISIBLE_MS,
    ),
    row(`the projection's lag at ${busy}, greatest`, [Math.max(...heavy.lag)], LAG_MS),
    row(`event loop delay at ${busy}, p99`, [heavy.loopDelay], LOOP_MS),
  ];
}
