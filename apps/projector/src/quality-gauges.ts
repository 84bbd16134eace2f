// How much of the history is known to be missing or came late, as metrics. Counted by a reader at most once a minute, and
// never waited for: a scrape tells what was counted last, NaN before the first.
import { Gauge, type Registry } from 'prom-client';
import { z } from 'zod';
import type { QueryReader } from './queries/query-reader.js';
import type { Clock } from './tokens.js';

const COUNT_EVERY_MS = 60_000;

const GAUGES = {
  gaps: ['read_model_gaps', 'Changes of any agent that are known to have been lost on the way.'],
  chainBreaks: [
    'read_model_chain_breaks',
    'Events that do not follow on from the one before: weaker evidence of a loss.',
  ],
  lateEvents: ['read_model_late_events', 'Events that came after a later one of the same agent.'],
} as const;

const zCounts = z.object({ gaps: z.number(), chainBreaks: z.number(), lateEvents: z.number() });
type Counts = z.output<typeof zCounts>;

export interface QualityGaugeOptions {
  readonly reader: QueryReader;
  readonly now: Clock;
  /** There are tables to count in. */
  readonly isOpened: () => boolean;
}

export function addQualityGauges(registry: Registry, { reader, now, isOpened }: QualityGaugeOptions): void {
  let counts: Counts | null = null;
  let askedAt: number | null = null;

  const ask = async (): Promise<void> => {
    // By then the next count is due: two never wait at once.
    const gone = AbortSignal.timeout(COUNT_EVERY_MS);
    const answer = await reader.ask({ name: 'quality-counts', parameters: {}, pages: null }, gone);
    if (answer instanceof Uint8Array) counts = zCounts.parse(JSON.parse(new TextDecoder().decode(answer)));
  };
  const refresh = (): void => {
    if (!isOpened() || (askedAt !== null && now() - askedAt < COUNT_EVERY_MS)) return;
    askedAt = now();
    // A reader that is busy or closing: what was counted last stands, and the next minute tries again.
    ask().catch(() => undefined);
  };

  for (const kind of ['gaps', 'chainBreaks', 'lateEvents'] as const) {
    const [name, help] = GAUGES[kind];
    new Gauge({
      ...{ name, help, registers: [registry] },
      collect() {
        refresh();
        this.set(counts?.[kind] ?? NaN);
      },
    });
  }
}
