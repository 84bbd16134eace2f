// Both apps as `npm start` runs them, killed in the middle of a week's feed again and again: nothing acknowledged is lost,
// nothing is there twice, and every table and report is what the pure fold of the log says. On the embedded log, or on the
// server that TEST_EVENT_STORE_URL names, which others may have written to and may be writing to.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DecodedUpdate } from '@libs/domain';
import type { RecordedEvent } from '@libs/event-store';
import { openSqlite } from '@libs/read-models';
import { pureReports, type PureReports } from './pure-reports.js';
import { accountOfRun } from './running/account-of-run.js';
import { ask, askAllPages } from './running/ask-projector.js';
import { buildIfStale } from './running/build-if-stale.js';
import { expectPureReport, weekReports } from './running/expect-pure-reports.js';
import { expectPureRows } from './running/expect-pure-rows.js';
import { liveThroughWeek, type LivedWeek } from './running/live-through-week.js';
import { readKurrentDbLog, readLog } from './running/read-log.js';
import { readMetrics } from './running/read-metrics.js';
import { DAY, HOUR } from './simulator/agent-week.js';
import { simulatedWeek, type Faults } from './simulator/simulated-week.js';
import { SECRET } from './simulator/update-payload.js';

const SEED = Number(process.env.WEEK_SEED ?? 20_251_027);
const { TEST_EVENT_STORE_URL: SERVER = '' } = process.env;
const IS_EMBEDDED = SERVER === '';
const ACCOUNT = IS_EMBEDDED ? 682_861 : accountOfRun();
/** A Monday; New York sets its clocks back on the Sunday. The moments of the crashes are not the same on every run. */
const FROM = Date.UTC(2025, 9, 27);
const TO = FROM + 7 * DAY;
/** A projector reads all that a server holds, whosoever it is. */
const TIME_LIMIT_MS = IS_EMBEDDED ? 180_000 : 600_000;

beforeAll(buildIfStale, TIME_LIMIT_MS);

describe(`a week of 50 agents, with losses, doubles and delays, and five crashes (seed ${SEED})`, () => {
  const faults: Faults = { lost: 20, doubled: 60, delayed: 150, foreign: 4 };
  const week = simulatedWeek({
    ...{ seed: SEED, accountId: ACCOUNT, agents: 50, from: FROM, days: 7, callsADay: 16, faults },
  });
  let lived: LivedWeek;
  let log: readonly RecordedEvent[];
  /** In the order of the log; decoded from what was sent, not from what was stored. */
  let logged: readonly DecodedUpdate[];
  let pure: PureReports;

  beforeAll(async () => {
    const settings: Record<string, string> = IS_EMBEDDED ? {} : { EVENT_STORE_URL: SERVER };
    lived = await liveThroughWeek(week, { seed: SEED, crashes: 4, settings });
    await ask(lived.addresses.projector, '/v1/accounts', { minPosition: lived.lastPosition });
    log = await (IS_EMBEDDED ? readLog(lived.folder) : readKurrentDbLog(SERVER, ACCOUNT));
    const sent = new Map(lived.updates.map((update) => [update?.eventId, update]));
    logged = log.flatMap(({ id }) => sent.get(id) ?? []);
    pure = pureReports(logged);
  }, TIME_LIMIT_MS);
  afterAll(() => lived?.destroy());

  it('was killed while it answered', () => {
    expect(lived.apps.crashes).toBeGreaterThanOrEqual(5);
    expect(lived.client.brokenAnswers).toBeGreaterThanOrEqual(3);
  });

  it('has every acknowledged event in the log exactly once, at the position that was answered', () => {
    const positions = log.map(({ position }) => position);
    const areDense = positions.every((position, index) => position === BigInt(index + 1));
    const areGrowing = positions.every((position, index) => position > (positions[index - 1] ?? -1n));
    expect(IS_EMBEDDED ? areDense : areGrowing).toBe(true);
    expect(new Set(log.map(({ id }) => id)).size).toBe(log.length);
    const places = new Map(log.map(({ id, position }) => [id, String(position)]));
    const appended = new Set<string>();
    const wrong = lived.updates.flatMap((update, index) => {
      const acknowledged = lived.client.acknowledgements[index] ?? [];
      if (update === null) return [];
      return acknowledged.filter(({ outcome, eventId, position }) => {
        const isSecond = outcome === 'appended' && appended.has(update.eventId);
        if (outcome === 'appended') appended.add(update.eventId);
        const isHere = eventId === update.eventId && position === places.get(update.eventId);
        return isSecond || outcome === 'quarantined' || position === null || !isHere;
      });
    });
    expect(wrong).toEqual([]);
  });

  it('has nothing in the log that was not sent, and all of it as it was sent', () => {
    const texts = new Map<string, Set<string>>();
    for (const update of lived.updates) {
      if (update === null) continue;
      const own = texts.get(update.eventId) ?? new Set();
      texts.set(update.eventId, own.add(JSON.stringify(update.data)));
    }
    expect(log.length).toBe(texts.size);
    expect(log.filter(({ id, data }) => texts.get(id)?.has(JSON.stringify(data)) !== true)).toEqual([]);
    const revisions = new Map<string, number>();
    const outOfLine = log.filter(({ stream, revision }) => {
      const before = revisions.get(stream) ?? -1;
      revisions.set(stream, revision);
      return revision !== before + 1;
    });
    expect(outOfLine).toEqual([]);
  });

  it('keeps what is not this event in quarantine, once', async () => {
    const own = { accountId: String(ACCOUNT), limit: '20' };
    const list = await askAllPages(lived.addresses.ingest, '/v1/quarantine', own, 'items');
    const items = (list.items as { readonly id: string; readonly code: string }[]).map(({ id, code }) => {
      return { outcome: 'quarantined', eventId: null, position: null, code, quarantineId: id };
    });
    const told = lived.updates.flatMap((update, index) =>
      update === null ? (lived.client.acknowledgements[index] ?? []) : [],
    );
    const distinct = new Map(told.map((one) => [one.quarantineId, one]));
    const byId = (one: { quarantineId: string | null }, other: { quarantineId: string | null }): number =>
      String(one.quarantineId).localeCompare(String(other.quarantineId));
    expect(items.sort(byId)).toEqual([...distinct.values()].sort(byId));
    expect(new Set(items.map(({ code }) => code))).toEqual(new Set(['other-product']));
  });

  it('counts what went in as appended, duplicate and quarantined, as its client does', async () => {
    const { appended, duplicate, quarantined } = lived.client.countsOf(lived.addresses.ingest);
    const metric = await readMetrics(lived.addresses.ingest);
    expect({
      received: metric('ingest_received_total'),
      appended: metric('ingest_appended_total'),
      duplicate: metric('ingest_duplicate_total'),
      quarantined: metric('ingest_quarantined_total'),
      lost: metric('ingest_rejected_total') + metric('ingest_unacknowledged_total'),
    }).toEqual({
      ...{ received: appended + duplicate + quarantined, appended, duplicate, quarantined, lost: 0 },
    });
  });

  it('writes the secrets of a payload nowhere', () => {
    const holding = readdirSync(lived.folder).filter((name) =>
      readFileSync(join(lived.folder, name)).includes(SECRET),
    );
    expect(holding).toEqual([]);
    expect(JSON.stringify(log.map(({ data, metadata }) => [data, metadata]))).not.toContain(SECRET);
  });

  it('has the pure fold of every agent in its tables', async () => {
    const sql = openSqlite(join(lived.folder, 'read.db'), 'read');
    try {
      await expectPureRows(sql, logged);
    } finally {
      await sql.close();
    }
  });

  it('had something to find out: lost, doubtful and inferred time', async () => {
    const week = { from: FROM, to: TO, asOf: TO + 2 * HOUR, zone: 'UTC', groupBy: 'agent' } as const;
    const { total } = await pure({ ...week, report: 'data-quality' });
    const found = Object.entries(total ?? {}).flatMap(([name, value]: [string, unknown]) =>
      typeof value === 'number' && value > 0 ? [name] : [],
    );
    expect(found).toEqual(
      expect.arrayContaining(['gaps', 'chainBreaks', 'uncertainMs', 'inferredMs', 'lateEvents']),
    );
  });

  it.each(weekReports(FROM))('answers as the pure report: %s', async (_, query) => {
    await expectPureReport(query, pure, {
      ...{ projector: lived.addresses.projector, accountId: ACCOUNT },
      ...{ lastPosition: lived.lastPosition, isAlone: IS_EMBEDDED },
    });
  });
});
