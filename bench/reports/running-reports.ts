// A projector over a loaded read model, asked for reports of time in status through HTTP.
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openSqliteEventStore } from '@libs/event-store/sqlite';
import { z } from 'zod';
import { AppProcess } from '../app-process.js';
import { YEAR_ACCOUNT } from './simulated-year.js';
import type { KeyTime, Window } from './time-by-key.js';

/** Times 50 ms. */
const MOST_TRIES = 200;

export interface AskedTimes extends Window {
  readonly agentIds?: readonly number[];
  readonly bucket?: '15m' | '1d';
  readonly tz?: string;
}

const zReply = z.looseObject({
  rows: z.array(
    z.looseObject({
      agentId: z.string(),
      bucketStart: z.string(),
      statuses: z.array(z.looseObject({ key: z.string(), ms: z.number() })),
    }),
  ),
  nextCursor: z.string().nullable(),
});

export class RunningReports {
  private constructor(private readonly projector: AppProcess) {}

  /** `folder` holds `read.db`. Its log is empty, so that nothing is projected meanwhile. */
  static async start(folder: string): Promise<RunningReports> {
    await openSqliteEventStore({ file: join(folder, 'events.db'), now: Date.now }).close();
    const reports = new RunningReports(await AppProcess.start('projector', folder));
    for (let tries = 1; !(await reports.isReady()); tries += 1) {
      if (tries === MOST_TRIES) throw new Error('the projector has not become ready');
      await pause(50);
    }
    return reports;
  }

  /** The answer as it came: all rows on one page. `ms`: from asking until its last byte is here. */
  async ask(asked: AskedTimes): Promise<{ readonly ms: number; readonly body: Buffer }> {
    const { from, to, agentIds = [], ...rest } = asked;
    const query = new URLSearchParams({
      ...{ from: iso(from), to: iso(to), asOf: iso(to), limit: '10000', ...rest },
    });
    for (const agentId of agentIds) query.append('agentId', String(agentId));
    const url = `${this.projector.url}/v1/accounts/${YEAR_ACCOUNT}/reports/time-in-status?${query.toString()}`;
    const began = performance.now();
    const reply = await fetch(url);
    const body = Buffer.from(await reply.arrayBuffer());
    const ms = performance.now() - began;
    if (reply.status !== 200) throw new Error(`a report was answered with ${reply.status}: ${String(body)}`);
    return { ms, body };
  }

  /** What Prometheus would read. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.projector.url}/metrics`)).text();
    const [, value] = new RegExp(`^${name}\\{[^}]*\\} (\\S+)$`, 'm').exec(text) ?? [];
    if (value === undefined) throw new Error(`there is no metric ${name}`);
    return Number(value);
  }

  stop(): Promise<void> {
    return this.projector.stop();
  }

  private async isReady(): Promise<boolean> {
    return (await fetch(`${this.projector.url}/health/ready`)).status === 200;
  }
}

/** The times of a reply; `bucketed`: with each bucket's beginning. */
export function timesOf(body: Buffer, bucketed = false): KeyTime[] {
  const { rows, nextCursor } = zReply.parse(JSON.parse(body.toString()));
  if (nextCursor !== null && !bucketed) throw new Error('the answer does not fit on one page');
  return rows.flatMap(({ agentId, bucketStart, statuses }) =>
    statuses.map(({ key, ms }): KeyTime => {
      const one = [Number(agentId), key, ms] as const;
      return bucketed ? [...one, Date.parse(bucketStart)] : one;
    }),
  );
}

const iso = (t: number): string => new Date(t).toISOString();
