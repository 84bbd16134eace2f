import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@libs/domain';
import {
  ndjsonChunks,
  payloadsOf,
  simulateFeed,
  trueTimelines,
  type Faults,
  type SimulationOptions,
} from './index.js';
import { foldedFeed } from './testing/folded-feed.js';
import { DAY, SECOND } from './units.js';

const FROM = Date.UTC(2026, 9, 20);
const WEEK: SimulationOptions = {
  ...{ seed: 7, accountId: 700_001, agents: 40, from: FROM, to: FROM + 5 * DAY, callsPerHour: 1 },
};
const FAULTS: Faults = {
  ...{ lost: 0.05, doubled: 0.1, late: 0.08, shuffled: 0.3 },
  ...{ derivedMissing: 0.25, unknownOld: 0.06, foreign: 0.02 },
};

const textsOf = (options: SimulationOptions): string[] =>
  [...simulateFeed(options).arrivals].map(({ text }) => text);

interface Pairs {
  readonly [attribute: string]: readonly unknown[];
}
const diffOf = (payload: JsonObject): Pairs =>
  (payload as unknown as { data: { changes: { model_changes: Pairs } } }).data.changes.model_changes;

describe('the same options', () => {
  it('give the same bytes, whole or in chunks', () => {
    const options = { ...WEEK, agents: 20, faults: FAULTS, sameSecond: 0.02 };
    const once = textsOf(options);
    const chunks = [...ndjsonChunks(simulateFeed(options).arrivals, 10_000)];
    expect(chunks.length).toBeGreaterThan(10);
    expect(chunks.every((chunk) => chunk.endsWith('\n'))).toBe(true);
    expect(chunks.join('')).toBe(once.map((text) => `${text}\n`).join(''));
  });

  it('but for the seed, however large, give another feed', () => {
    const feeds = [7, 8, 7 + 2 ** 32, -7].map((seed) => textsOf({ ...WEEK, agents: 5, seed }).join('\n'));
    expect(new Set(feeds).size).toBe(feeds.length);
  });

  it('but for the faults have the same truth', () => {
    expect([...trueTimelines({ ...WEEK, faults: FAULTS })]).toEqual([...trueTimelines(WEEK)]);
  });

  it('that cannot be simulated are refused', () => {
    expect(() => simulateFeed({ ...WEEK, faults: { lost: 1.01 } })).toThrow(
      new RangeError('lost must be a share of 0 to 1, not 1.01'),
    );
    expect(() => simulateFeed({ ...WEEK, to: FROM })).toThrow(RangeError);
    expect(() => simulateFeed({ ...WEEK, seed: 0.5 })).toThrow(RangeError);
  });
});

describe('a feed with faults', () => {
  const { tally, updates, quarantined } = foldedFeed({ ...WEEK, faults: FAULTS, sameSecond: 0 });

  it.each(Object.entries(FAULTS))('has as much %s as was asked for', (fault, share) => {
    const { of, hit } = tally[fault as keyof Faults];
    const deviation = Math.sqrt(of * share * (1 - share));
    expect(of).toBeGreaterThan(400);
    expect(Math.abs(hit - of * share)).toBeLessThan(4 * deviation);
  });

  it('delivers what it counts', () => {
    const distinct = new Set(updates.map(({ fingerprint }) => fingerprint));
    expect(distinct.size).toBe(tally.changes - tally.lost.hit);
    expect(updates.length).toBe(distinct.size + tally.doubled.hit);
    expect(quarantined).toEqual(quarantined.map(() => 'other-product'));
    expect(quarantined.length).toBe(tally.foreign.hit);
    expect(updates.length + quarantined.length).toBe(tally.deliveries);
  });

  it('leaves in the diff what it says', () => {
    const isOld = (name: string): boolean => !['updated_at', 'last_status_change_at'].includes(name);
    const only = (faults: Partial<Faults>): Pairs[] =>
      [...payloadsOf(simulateFeed({ ...WEEK, agents: 10, faults }).arrivals)].map(diffOf);
    const isHidden = (diff: Pairs): boolean =>
      Object.entries(diff).some(([name, pair]) => isOld(name) && Array.isArray(pair) && pair[0] === null);
    const lacks = (diff: Pairs): boolean => 'browser_status_id' in diff && !('browser_status_name' in diff);
    expect(only({}).some((diff) => isHidden(diff) || lacks(diff))).toBe(false);
    expect(only({ unknownOld: 1 }).filter(isHidden).length).toBeGreaterThan(300);
    expect(only({ derivedMissing: 1 }).filter(lacks).length).toBeGreaterThan(30);
  });
});

describe('arrivals', () => {
  it('come in the order of their arrival, none before it happened', () => {
    const arrivals = [...simulateFeed({ ...WEEK, agents: 20, faults: FAULTS }).arrivals];
    const times = arrivals.map(({ arrivesAt }) => arrivesAt);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    expect(Math.max(...times)).toBeGreaterThan(WEEK.to);
    const { updates } = foldedFeed({ ...WEEK, agents: 20, faults: { late: 1 } });
    const events = updates.map(({ data }) => data.at);
    expect(events).not.toEqual(events.toSorted((one, other) => one - other));
  });

  it('without faults come as they happen', () => {
    const { updates } = foldedFeed({ ...WEEK, agents: 20 });
    const events = updates.map(({ data }) => data.at);
    expect(events).toEqual(events.toSorted((one, other) => one - other));
  });

  it('are made one by one: those of a million agent-years begin at once', () => {
    const [first] = simulateFeed({ ...WEEK, agents: 500, to: FROM + 2_000 * 365 * DAY }).arrivals;
    expect(first?.arrivesAt).toBeGreaterThanOrEqual(FROM);
  });

  it('have both wrappers and every form of time', () => {
    const payloads = [...payloadsOf(simulateFeed({ ...WEEK, agents: 10 }).arrivals)];
    const shapes = new Set(payloads.map((payload) => Object.keys(payload).sort().join()));
    const older = 'account_id,data,domain,event,iparams,region,timestamp';
    const newer = 'currentHost,data,event,region,timestamp,version';
    expect(shapes).toEqual(new Set([older, `${older},version`, newer]));
    const formOf = (value: unknown): string => JSON.stringify(value).replace(/\d/g, '9');
    expect(new Set(payloads.map(({ timestamp }) => formOf(timestamp)))).toEqual(
      new Set(['9999999999', '9999999999.99', '9999999999999', '"9999999999"', '"9999999999999"']),
    );
    expect(new Set(payloads.map((payload) => formOf(diffOf(payload).updated_at?.[1])))).toEqual(
      new Set([
        ...['"9999-99-99 99:99:99 UTC"', '"9999-99-99T99:99:99Z"'],
        ...['"9999-99-99T99:99:99.999Z"', '"9999-99-99T99:99:99+99:99"'],
      ]),
    );
  });

  it('fall into the second of the one before as often as asked for', () => {
    const inSameSecond = (sameSecond: number): number => {
      const { updates } = foldedFeed({ ...WEEK, agents: 20, sameSecond });
      const last = new Map<string, number>();
      const ties = updates.filter(({ data: { agentId, at } }) => {
        const before = last.get(agentId);
        last.set(agentId, at);
        return before === at;
      });
      return ties.length / updates.length;
    };
    expect(inSameSecond(0)).toBe(0);
    expect(inSameSecond(0.2)).toBeGreaterThan(0.12);
    expect(inSameSecond(0.2)).toBeLessThan(0.22);
  });
});

describe('the contact centre', () => {
  const centre = [...trueTimelines({ ...WEEK, to: FROM + 28 * DAY, agents: 100, callsPerHour: 0.2 })];
  const statuses = centre.flatMap(({ intervals }) => intervals.status);

  it('has calls with after call work, lunches, breaks, and custom statuses under two names', () => {
    const keys = new Set(statuses.map(({ key }) => key));
    const customs = [901, 903, 904, 905, 906, 907].map((id) => `custom-${id}`);
    expect([...keys].sort()).toEqual(
      ['acw', 'available', 'available-forward-to-phone', 'busy', ...customs, 'offline'].sort(),
    );
    const labels = new Set(statuses.filter(({ key }) => key === 'custom-904').map(({ label }) => label));
    expect(labels).toEqual(new Set(['Coaching / 1:1', 'Coaching']));
  });

  it('has shifts over midnight, forgotten sign-outs, and sign-outs and statuses set by supervisors', () => {
    const logins = centre
      .flatMap(({ intervals }) => intervals.login)
      .filter(({ key }) => key === 'signed-in');
    const hours = logins.map(({ start, end }) => ((end ?? start) - start) / (3_600 * SECOND));
    expect(hours.filter((length) => length > 14).length).toBeGreaterThan(5);
    expect(logins.some(({ endedBy }) => endedBy === 'other')).toBe(true);
    expect(statuses.some(({ key, startedBy }) => key === 'custom-904' && startedBy === 'other')).toBe(true);
    const rotas = new Set(centre.map(({ agent }) => agent.rota.startsAt + agent.rota.length > DAY));
    expect(rotas).toEqual(new Set([true, false]));
  });

  it('has several zones, team changes, new agents, leavers and one who returns', () => {
    expect(new Set(centre.map(({ agent }) => agent.timeZone)).size).toBeGreaterThan(5);
    expect(centre.some(({ teams }) => teams.length > 1)).toBe(true);
    expect(centre.filter(({ agent }) => agent.createdAt > FROM).length).toBe(4);
    const lastKnown = centre.map(({ deleted }) => deleted.map(({ value }) => value).join());
    expect(lastKnown.filter((value) => value === 'false,true').length).toBe(2);
    expect(lastKnown.filter((value) => value === 'false,true,false').length).toBe(2);
  });

  it('takes calls where its statuses say: in the browser, in the app, or forwarded', () => {
    const payloads = [...payloadsOf(simulateFeed({ ...WEEK, agents: 30 }).arrivals)];
    const seen = payloads.map((payload) => {
      const { agent } = (payload as unknown as { data: { agent: Record<string, number> } }).data;
      const device = [agent.browser_status_id, agent.mobile_app_status_id].join('+');
      return `${agent.status === 0 ? 'away' : 'working'} ${device} = ${agent.common_status_id}, on ${agent.available_on}`;
    });
    const customs = [901, 903, 904, 905, 906, 907].flatMap((id) => [
      ...[`away ${id}+1 = ${id}, on 0`, `away 1+${id} = ${id}, on 0`],
    ]);
    const rest = [
      'away 1+1 = 1, on 0',
      'working 2+1 = 2, on 1',
      'working 1+2 = 2, on 2',
      'working 3+2 = 3, on 2',
    ];
    expect(new Set(seen)).toEqual(new Set([...rest, ...customs].filter((one) => seen.includes(one))));
    expect(seen).toEqual(
      expect.arrayContaining([...rest, 'away 903+1 = 903, on 0', 'away 1+903 = 903, on 0']),
    );
  });
});
