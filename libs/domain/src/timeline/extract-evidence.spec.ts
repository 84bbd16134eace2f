import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AgentUpdatedData, Json, JsonObject } from '../on-agent-update/agent-updated.js';
import { decodeAgentUpdate } from '../on-agent-update/decode-agent-update.js';
import { mutatedSample, RECEIVED_AT, sample, throughText } from '../testing/payloads.js';
import { TRACKS, type Evidence } from './evidence.js';
import { extractEvidence } from './extract-evidence.js';

const AT = '2022-08-30 09:00:00 UTC';
const AT_MS = Date.UTC(2022, 7, 30, 9);
const minute = (n: number): string => `2022-08-30 08:${String(n).padStart(2, '0')}:00 UTC`;
const minuteMs = (n: number): number => Date.UTC(2022, 7, 30, 8, n);

function extracted(payload: Json): Evidence {
  const result = decodeAgentUpdate(payload, { receivedAt: RECEIVED_AT });
  if (!result.ok) throw new Error(`${result.code}: ${result.detail}`);
  const { eventId, fingerprint, data } = result.update;
  return extractEvidence(eventId, fingerprint, throughText<AgentUpdatedData>(data));
}

function evidence(agent: JsonObject, diff: Json = {}, actor: Json = null): Evidence {
  const whole = { id: 7, account_id: 3, updated_at: AT, ...agent };
  return extracted({ data: { agent: whole, changes: { model_changes: diff }, actor } });
}
const tracks = (agent: JsonObject, diff?: Json): Evidence['tracks'] => evidence(agent, diff).tracks;

describe('evidence of the samples', () => {
  it('01: every track with its values after and before', () => {
    expect(extracted(sample('01-sign-in'))).toEqual({
      fingerprint: '9e2c35a1addeb0835dc555ae2e85f75834784414bd6c14325094f1e0e1589ac9',
      eventId: '9e2c35a1-adde-8083-9dc5-55ae2e85f758',
      at: Date.UTC(2022, 7, 30, 8, 5, 50),
      statusAt: Date.UTC(2022, 7, 30, 8, 5, 50),
      beforeSince: Date.UTC(2022, 7, 29, 18, 45, 26),
      lscInDiff: true,
      updatedBefore: Date.UTC(2022, 7, 29, 18, 45, 26),
      updatedAfter: Date.UTC(2022, 7, 30, 8, 5, 50),
      deleted: false,
      name: 'Mira Rao',
      email: 'mira.rao@example.com',
      timeZone: 'Chennai',
      teams: [{ id: 't-17', name: 'Billing' }],
      by: 'self',
      tracks: {
        status: { a: { code: '1', id: '2', name: 'Available' }, b: { code: '0', id: '1', name: 'Offline' } },
        browser: { a: { id: '2', name: 'Available' }, b: { id: '1', name: 'Offline' } },
        mobile: { a: { id: '1', name: 'Offline' } },
        channel: { a: { code: '1' }, b: { code: '0' } },
        login: { a: { code: 'true' }, b: { code: 'false' } },
      },
    });
  });

  it('02: a derived name that is not in the diff is unknown before', () => {
    expect(extracted(sample('02-on-a-call')).tracks).toMatchObject({
      status: { a: { code: '2', id: '2', name: 'Available' }, b: { code: '1' } },
    });
    expect(extracted(sample('02-on-a-call')).tracks.status?.b).toEqual({ code: '1' });
  });

  it('05: somebody else set it', () => {
    const { by, tracks } = extracted(sample('05-custom-status-set-by-supervisor'));
    expect(by).toBe('other');
    expect(tracks.status).toEqual({
      a: { code: '0', id: '903', name: 'Coaching / 1:1' },
      b: { code: '1', id: '2', name: 'Available' },
    });
  });

  it('06: hardly any agent states nothing', () => {
    const { fingerprint: _fingerprint, eventId: _eventId, ...said } = extracted(sample('06-empty-diff'));
    expect(said).toEqual({ at: 1583839672000, by: 'self', tracks: {} });
  });

  it('07: a diff in array form is not read, the teams come from the agent', () => {
    const { teams, tracks, lscInDiff, statusAt } = extracted(sample('07-array-diff'));
    expect(teams).toEqual([
      { id: 't-17', name: 'Billing' },
      { id: 't-20', name: 'VIP' },
    ]);
    expect(Object.values(tracks).every((track) => track.b === undefined)).toBe(true);
    expect(lscInDiff).toBeUndefined();
    expect(statusAt).toBe(AT_MS);
  });

  it('09: the stored columns alone are known before', () => {
    const { tracks } = extracted(sample('09-columns-only-diff'));
    expect(tracks.status).toEqual({
      a: { code: '0', id: '904', name: 'Away from keyboard' },
      b: { code: '0' },
    });
    expect(tracks.browser).toEqual({ a: { id: '904', name: 'Away from keyboard' }, b: { id: '903' } });
    expect(tracks.mobile).toEqual({ a: { id: '1', name: 'Offline' } });
  });
});

describe('the value after', () => {
  it('is the new side of the pair, else what the agent says', () => {
    expect(tracks({ status: 1 }, { status: [0, 2] }).status?.a).toEqual({ code: '2' });
    expect(tracks({ status: 1 }, { status: [0, null] }).status?.a).toEqual({ code: '1' });
    expect(tracks({ status: null }, { status: [0, null] }).status?.a).toBeUndefined();
  });

  it('does not fall back from a wrong type', () => {
    expect(tracks({ status: 1 }, { status: [0, true] }).status?.a).toBeUndefined();
    expect(tracks({ logged_in: true }, { logged_in: [false, 'true'] }).login).toEqual({
      b: { code: 'false' },
    });
  });

  it.each([
    ['three elements', [0, 1, 2]],
    ['one element', [0]],
    ['an array inside', [0, [1]]],
    ['an object inside', [{}, 1]],
    ['array form', { added: [1], removed: [0] }],
    ['text', '0 to 1'],
    ['null', null],
  ] as [string, Json][])('is read from the agent where the entry is no pair: %s', (_name, entry) => {
    expect(tracks({ status: 3 }, { status: entry }).status).toEqual({ a: { code: '3' } });
  });

  it.each([[null], ['x'], [[]], [{ model_changes: [] }]])(
    'is read from the agent where the diff is %j',
    (changes) => {
      const agent = { id: 7, account_id: 3, updated_at: AT, status: 3 };
      expect(extracted({ data: { agent, changes: changes as Json } }).tracks.status).toEqual({
        a: { code: '3' },
      });
    },
  );

  it('of status needs a code or a name, of a device an id or a name', () => {
    expect(tracks({ common_status_id: 5 })).toEqual({});
    expect(tracks({ common_status_name: 'Lunch' })).toEqual({ status: { a: { name: 'Lunch' } } });
    expect(tracks({ browser_status_name: 'Lunch', mobile_app_status_id: '05' })).toEqual({
      browser: { a: { name: 'Lunch' } },
      mobile: { a: { id: '5' } },
    });
  });

  it.each([
    [2, '2'], ['2', '2'], ['0002', '2'], [0, '0'], ['000', '0'], [-1, '-1'], [2.0, '2'],
    [1e21, '1000000000000000000000'], ['99999999999999999999999', '99999999999999999999999'],
  ] as [Json, string][])('takes the code %j for %s', (status, code) => {
    expect(tracks({ status, available_on: status })).toEqual({ status: { a: { code } }, channel: { a: { code } } });
  }); // prettier-ignore

  it.each([1.5, '1.5', '-1', ' 1', '', 'x', true, [], {}] as Json[])('takes no code from %j', (status) => {
    expect(tracks({ status, available_on: status, browser_status_id: status })).toEqual({});
  });

  it.each([1, 'true', null, 0] as Json[])('takes no sign-in and no deletion from %j', (value) => {
    const { tracks, deleted } = evidence({ logged_in: value, deleted: value });
    expect([tracks, deleted]).toEqual([{}, undefined]);
  });

  it('takes names trimmed and composed, and none without a letter or number', () => {
    expect(tracks({ common_status_name: ' Cafe\u0301\0 ' }).status?.a).toEqual({ name: 'Café\uFFFD' });
    expect(tracks({ status: 1, common_status_name: ' ?! ' }).status?.a).toEqual({ code: '1' });
    expect(tracks({ status: 1, common_status_name: 5 }).status?.a).toEqual({ code: '1' });
  });
});

describe('the value before', () => {
  const agent = {
    status: 0, common_status_id: 904, common_status_name: 'Away', browser_status_id: 904, browser_status_name: 'Away',
    mobile_app_status_id: 1, mobile_app_status_name: 'Offline', available_on: 0, logged_in: true,
  }; // prettier-ignore

  it('does not exist without a part in the diff', () => {
    const found = tracks(agent, { preference: [0, 1], updated_at: [minute(1), AT] });
    for (const track of TRACKS) expect(found[track]?.b).toBeUndefined();
  });

  it.each([
    ['status', { status: [1, 0] }, { code: '1' }],
    ['common_status_id', { common_status_id: [2, 904] }, { code: '0', id: '2' }],
    ['common_status_name', { common_status_name: ['Lunch', 'Away'] }, { code: '0', name: 'Lunch' }],
    ['last_status_change_at', { last_status_change_at: [minute(1), AT] }, { code: '0' }],
    ['a browser id', { browser_status_id: [903, 904] }, { code: '0' }],
    ['a browser name', { browser_status_name: ['Lunch', 'Away'] }, { code: '0' }],
    ['a mobile id', { mobile_app_status_id: [2, 1] }, { code: '0' }],
    ['a mobile name', { mobile_app_status_name: ['x', 'Offline'] }, { code: '0' }],
  ] as [string, JsonObject, JsonObject][])('of status exists with %s in the diff', (_name, diff, b) => {
    expect(tracks(agent, diff).status?.b).toEqual(b);
  });

  it.each([
    { available_on: [0, 1] },
    { logged_in: [false, true] },
    { deleted: [true, false] },
  ] as JsonObject[])('of status does not exist with %j', (diff) => {
    expect(tracks(agent, diff).status?.b).toBeUndefined();
  });

  it('exists with nothing known where the old side is null or unreadable', () => {
    expect(tracks(agent, { status: [null, 0] }).status?.b).toEqual({});
    expect(tracks(agent, { status: [true, 0] }).status?.b).toEqual({});
    expect(tracks(agent, { browser_status_id: [null, 904] }).browser?.b).toEqual({});
    expect(tracks(agent, { available_on: [null, 0] }).channel).toEqual({ a: { code: '0' }, b: {} });
    expect(tracks(agent, { logged_in: [null, true] }).login).toEqual({ a: { code: 'true' }, b: {} });
    expect(tracks(agent, { last_status_change_at: [null, null] }).status?.b).toEqual({ code: '0' });
  });

  it('exists where there is no value after', () => {
    expect(tracks({}, { status: [1, null] })).toEqual({ status: { b: { code: '1' } } });
  });

  it('of a device keeps the id that is not in the diff, never the name', () => {
    expect(tracks(agent, { browser_status_name: ['Lunch', 'Away'] }).browser?.b).toEqual({
      id: '904',
      name: 'Lunch',
    });
    expect(tracks(agent, { browser_status_id: [903, 904] }).browser?.b).toEqual({ id: '903' });
    expect(tracks(agent, { browser_status_id: [903, 904] }).mobile?.b).toBeUndefined();
    expect(tracks(agent, { mobile_app_status_name: [null, 'x'] }).mobile?.b).toEqual({ id: '1' });
  });
});

describe('times', () => {
  it('are those of the status before and after', () => {
    const found = evidence(
      { last_status_change_at: minute(1) },
      { last_status_change_at: [minute(20), minute(30)] },
    );
    expect(found).toMatchObject({ statusAt: minuteMs(30), beforeSince: minuteMs(20), lscInDiff: true });
  });

  it('of the status are absent when later than the event or before 2000', () => {
    const late = '2022-08-30T09:00:00.001Z';
    expect(evidence({ last_status_change_at: late }).statusAt).toBeUndefined();
    expect(evidence({ last_status_change_at: AT }).statusAt).toBe(AT_MS);
    const found = evidence(
      {},
      { last_status_change_at: ['1999-12-31 23:59:59 UTC', '1970-01-01 00:00:00 UTC'] },
    );
    expect([found.statusAt, found.beforeSince, found.lscInDiff]).toEqual([undefined, undefined, true]);
    expect(evidence({}, { last_status_change_at: [late, AT] }).beforeSince).toBeUndefined();
    expect(evidence({}, { last_status_change_at: ['2000-01-01 00:00:00 UTC', AT] }).beforeSince).toBe(
      946684800000,
    );
  });

  it('of the chain are the sides of updated_at, however early or late the old one', () => {
    expect(evidence({}, { updated_at: [minute(5), AT] })).toMatchObject({
      updatedBefore: minuteMs(5),
      updatedAfter: AT_MS,
    });
    expect(evidence({}, { updated_at: [0, AT] }).updatedBefore).toBe(0);
    expect(evidence({}, { updated_at: ['9'.repeat(300), AT] }).updatedBefore).toBe(Number.MAX_SAFE_INTEGER);
    expect(evidence({}, { updated_at: [null, AT] }).updatedBefore).toBeUndefined();
    expect(evidence({}).updatedAfter).toBe(AT_MS);
  });

  it('of the chain have no new side when the time came from the wrapper', () => {
    const wrapper = { timestamp: 1661850000 };
    const agent = { id: 7, account_id: 3 };
    const diff = { model_changes: { updated_at: [minute(5), null] } };
    const found = extracted({ ...wrapper, data: { agent, changes: diff } });
    expect([found.at, found.updatedBefore, found.updatedAfter]).toEqual([AT_MS, minuteMs(5), undefined]);
  });
});

describe('dated attributes', () => {
  it('state what the diff says, else the agent', () => {
    const diff = {
      name: ['Old', 'New\0'],
      email: ['a@example.com', null],
      time_zone: [null, 'UTC'],
      deleted: [false, true],
    };
    const found = evidence(
      { name: 'Old', email: 'b@example.com', time_zone: 'Chennai', deleted: false },
      diff,
    );
    expect(found).toMatchObject({
      name: 'New\uFFFD',
      email: 'b@example.com',
      timeZone: 'UTC',
      deleted: true,
    });
  });

  it('state nothing when absent or of another type', () => {
    const found = evidence(
      { name: 5, email: null, time_zone: {}, deleted: 'true', teams: 't-1' },
      { name: ['Mira', 7] },
    );
    const { name, email, timeZone, deleted, teams } = found;
    expect([name, email, timeZone, deleted, teams]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('read teams with an id, each once, and an empty list as none', () => {
    const teams: Json[] = [{ id: 't-1', name: 'A' }, { id: 't-1', name: 'B' }, { id: 7 }, { id: '7' }, { id: '007', name: null },
      { id: 1.5 }, { id: null }, {}, 'x', null, [], { id: 'n\0', name: 'N\0' }]; // prettier-ignore
    expect(evidence({ teams }).teams).toEqual([
      { id: 't-1', name: 'A' },
      { id: '7' },
      { id: '007' },
      { id: 'n\uFFFD', name: 'N\uFFFD' },
    ]);
    expect(evidence({ teams: [] }).teams).toEqual([]);
    expect(evidence({ teams: null }).teams).toBeUndefined();
    expect(evidence({ teams: [] }, { teams: ['a', 'b'] }).teams).toBeUndefined();
    expect(evidence({ teams: [] }, { teams: ['a', null] }).teams).toEqual([]);
  });
});

describe('who did it', () => {
  it.each([
    [{ id: 5 }, 5, 'self'],
    [{ id: '05' }, 5, 'self'],
    [{ id: 7 }, 5, 'other'],
    [{ id: null }, null, 'other'],
    [{}, 5, 'other'],
    [{ id: 5 }, null, 'other'],
    [{ id: 'x' }, 'x', 'other'],
    [null, 5, 'other'],
    ['x', 5, 'other'],
  ] as [Json, Json, string][])('by %j of the user %j: %s', (actor, userId, by) => {
    expect(evidence({ user_id: userId }, {}, actor).by).toBe(by);
  });
});

describe('any event that was decoded', () => {
  it('says something that is plain JSON, with integer times', () => {
    let understood = 0;
    fc.assert(
      fc.property(mutatedSample, (payload) => {
        const result = decodeAgentUpdate(payload, { receivedAt: RECEIVED_AT });
        if (!result.ok) return;
        understood++;
        const { eventId, fingerprint, data } = result.update;
        const found = extractEvidence(eventId, fingerprint, data);
        expect(throughText(found)).toEqual(found);
        expect(extractEvidence(eventId, fingerprint, throughText(data))).toEqual(found);
        const { at, statusAt = at, beforeSince = at, updatedBefore = at, updatedAfter = at } = found;
        for (const time of [at, statusAt, beforeSince, updatedBefore, updatedAfter]) {
          expect(Number.isSafeInteger(time)).toBe(true);
        }
        expect(Math.max(statusAt, beforeSince)).toBeLessThanOrEqual(at);
        expect(updatedAfter).toBe(at);
      }),
      { seed: 5, numRuns: 1000 },
    );
    expect(understood).toBeGreaterThan(500);
  });

  it('says the same without its personal data, but for the name and the e-mail', () => {
    const result = decodeAgentUpdate(sample('01-sign-in'), { receivedAt: RECEIVED_AT });
    if (!result.ok) throw new Error(result.code);
    const { eventId, fingerprint, data } = result.update;
    const { name: _name, email: _email, ...said } = extractEvidence(eventId, fingerprint, data);
    expect(extractEvidence(eventId, fingerprint, { ...data, personal: {} })).toEqual(said);
  });
});
