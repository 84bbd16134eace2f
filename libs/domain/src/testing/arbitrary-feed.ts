// Arbitrary feeds for property tests: few agents, few instants, so that ties, late, lost and doubled events, unknown old
// values, re-entries and deletions all come up within a few dozen events.
import fc from 'fast-check';
import { type JsonObject } from '../on-agent-update/agent-updated.js';
import { decodeAgentUpdate, type DecodedUpdate } from '../on-agent-update/decode-agent-update.js';
import { DAY } from './evidence.js';

/** A pair's sides; undefined leaves the attribute out of the diff. */
type Change<T> = readonly [T | null, T | null] | undefined;

const seconds = fc.integer({ min: 0, max: 40 });
const VALUES = {
  status: [0, 1, 2, 3, 4],
  common_status_id: [1, 2, 903, 904],
  common_status_name: ['Offline', 'Available', 'Lunch', 'lunch!', 'Coaching', ''],
  browser_status_id: [1, 2, 903],
  browser_status_name: ['Offline', 'Available'],
  mobile_app_status_id: [1, 2],
  available_on: [0, 1, 2, 7],
  logged_in: [true, false],
  deleted: [false, false, false, true],
} as const;

const TEAMS = [
  [],
  [{ id: 't-1', name: 'Billing' }],
  [{ id: 't-2' }],
  [
    { id: 't-1', name: 'Bills' },
    { id: 't-2', name: 'VIP' },
  ],
];
const ZONES = ['Chennai', 'Europe/Berlin', 'Eastern Time (US & Canada)', 'Nowhere'];

const attribute = (name: keyof typeof VALUES): fc.Arbitrary<[string, unknown, Change<unknown>]> => {
  const value = fc.option(fc.constantFrom<unknown>(...VALUES[name]), { freq: 6 });
  return fc.tuple(value, fc.option(value, { freq: 2, nil: undefined })).map(([now, old]) => {
    return [name, now, old === undefined ? undefined : [old, now]];
  });
};

const attributes = fc.subarray(Object.keys(VALUES) as (keyof typeof VALUES)[], { minLength: 1 });

const payload: fc.Arbitrary<JsonObject> = fc
  .record({
    agentId: fc.integer({ min: 1, max: 2 }),
    at: seconds,
    updatedBefore: fc.option(seconds, { nil: undefined }),
    statusAt: fc.option(seconds, { nil: undefined }),
    beforeSince: fc.option(fc.option(seconds), { nil: undefined }),
    attributes: attributes.chain((names) => fc.tuple(...names.map(attribute))),
    teams: fc.option(fc.constantFrom(...TEAMS)),
    zone: fc.option(fc.constantFrom(...ZONES)),
    name: fc.option(fc.constantFrom('Mira', 'Mira Rao')),
    actor: fc.constantFrom(11, 12, 99),
  })
  .map((one) => {
    const agent: Record<string, unknown> = { id: one.agentId, user_id: one.agentId + 10, teams: one.teams };
    Object.assign(agent, { time_zone: one.zone, name: one.name, updated_at: stamp(one.at) });
    const diff: Record<string, unknown> = {};
    if (one.updatedBefore !== undefined) diff.updated_at = [stamp(one.updatedBefore), stamp(one.at)];
    if (one.statusAt !== undefined) agent.last_status_change_at = stamp(one.statusAt);
    if (one.beforeSince !== undefined && one.statusAt !== undefined) {
      diff.last_status_change_at = [
        one.beforeSince === null ? null : stamp(one.beforeSince),
        stamp(one.statusAt),
      ];
    }
    for (const [name, now, change] of one.attributes) {
      if (now !== null) agent[name] = now;
      if (change !== undefined) diff[name] = change;
    }
    const data = { agent, actor: { id: one.actor }, changes: { model_changes: diff } };
    return JSON.parse(JSON.stringify({ account_id: 7, data })) as JsonObject;
  });

function stamp(second: number): string {
  return new Date(DAY + second * 1000).toISOString();
}

/** Decoded events in the order of their arrival, about a fifth of them delivered again later on. */
export const arbitraryFeed = feedOf(1, 40);

/** Long enough for many refolds that resume from a stored state. */
export const arbitraryLongFeed = feedOf(60, 140);

function feedOf(minLength: number, maxLength: number): fc.Arbitrary<DecodedUpdate[]> {
  const payloads = fc.array(payload, { minLength, maxLength, size: 'max' });
  return fc.tuple(payloads, fc.array(fc.nat(), { maxLength: 8 })).map(([once, again]) => {
    const repeated = again.map((index) => once[index % once.length] ?? once[0]);
    return [...once, ...repeated].map((one) => {
      const decoded = decodeAgentUpdate(one, { receivedAt: DAY + 86_400_000 });
      if (!decoded.ok) throw new Error(`the feed made a payload that is refused: ${decoded.code}`);
      return decoded.update;
    });
  });
}
