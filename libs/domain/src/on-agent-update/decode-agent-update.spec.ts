import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json, JsonObject } from './agent-updated.js';
import {
  decodeAgentUpdate,
  decodeAgentUpdateText,
  encodeAgentUpdate,
  MAX_PAYLOAD_BYTES,
  withoutSecrets,
} from './decode-agent-update.js';
import type { DecodedUpdate, DecodeResult } from './decode-agent-update.js';
import { joinPersonal } from './personal.js';
import { QUARANTINE_CODES } from './quarantine-code.js';
import {
  anyData,
  anyJson,
  mutatedSample,
  OTHER_PRODUCT_SAMPLE,
  RECEIVED_AT,
  sample,
  sampleBytes,
  SAMPLES,
} from '../testing/payloads.js';

const AT = '2022-08-30 08:05:50 UTC';
const AT_MS = Date.UTC(2022, 7, 30, 8, 5, 50);
const DAY_MS = 86_400_000;

const decode = (payload: unknown): DecodeResult => decodeAgentUpdate(payload, { receivedAt: RECEIVED_AT });
const codeOf = (payload: unknown): string => {
  const result = decode(payload);
  return result.ok ? 'ok' : result.code;
};
const update = (payload: unknown): DecodedUpdate => {
  const result = decode(payload);
  if (!result.ok) throw new Error(`${result.code}: ${result.detail}`);
  return result.update;
};
/** A payload that is understood, with other members of the agent and of the wrapper. */
const payload = (agent: JsonObject = {}, wrapper: JsonObject = {}, changes: Json = null): JsonObject => ({
  event: 'onAgentUpdate',
  ...wrapper,
  data: { agent: { id: 7, account_id: 3, updated_at: AT, ...agent }, changes },
});
const deep = (depth: number): Json => JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as Json;

describe('decoding an agent update', () => {
  it.each(SAMPLES)('understands %s and keeps its data exactly', (name) => {
    const { stream, data } = update(sample(name));
    expect(stream).toBe('agent-682861-787096');
    expect(data).toMatchObject({ schemaVersion: 1, accountId: '682861', agentId: '787096' });
    expect(joinPersonal(data)).toEqual(sample(name).data);
    expect(data.source).toMatchObject({ event: 'onAgentUpdate', region: 'US', host: 'acme.freshcaller.com' });
    expect(decodeAgentUpdateText(sampleBytes(name), RECEIVED_AT)).toEqual(decode(sample(name)));
  });

  it('takes the time from the attribute, and from the wrapper only without one', () => {
    expect(update(sample('02-on-a-call')).data).toMatchObject({ at: 1661847667000, atFromWrapper: false });
    expect(update(sample('06-empty-diff')).data).toMatchObject({ at: 1583839672000, atFromWrapper: true });
    const pair = { model_changes: { updated_at: [null, '2022-08-30 09:00:00 UTC'] } };
    expect(update(payload({}, {}, pair)).data.at).toBe(Date.UTC(2022, 7, 30, 9));
    const noNewSide = { model_changes: { updated_at: ['2022-08-30 08:00:00 UTC', null] } };
    expect(update(payload({}, {}, noNewSide)).data.at).toBe(AT_MS);
  });

  it('takes an object that holds an agent itself for data and wrapper in one', () => {
    const wrapped = sample('06-empty-diff');
    const bare = {
      ...(wrapped.data as JsonObject),
      timestamp: wrapped.timestamp ?? null,
      iparams: { key: 'SECRET' },
    };
    const { iparams: _iparams, ...kept } = bare;
    expect(update(bare).fingerprint).toBe(update(wrapped).fingerprint);
    expect(joinPersonal(update(bare).data)).toEqual(kept);
    expect(codeOf({ data: null, agent: { id: 1, account_id: 1, updated_at: AT } })).toBe('ok');
    expect(codeOf({ data: 'x', agent: { id: 1, account_id: 1, updated_at: AT } })).toBe('missing-agent');
  });

  it('never lets the installation parameters through', () => {
    for (const name of SAMPLES) {
      const secrets = { iparams: { api_key: 'SECRET' }, app_settings: ['SECRET'] };
      for (const given of [sample(name), { ...(sample(name).data as JsonObject), timestamp: 1661850000 }]) {
        expect(JSON.stringify(update({ ...given, ...secrets }))).not.toMatch(/SECRET|iparams|app_settings/);
        expect(withoutSecrets({ ...given, ...secrets })).toEqual(withoutSecrets(given));
      }
    }
    expect(withoutSecrets([1])).toEqual([1]);
  });

  it('keeps of the wrapper what is plain', () => {
    const wrapper = {
      region: { name: 'x' },
      version: '2.0',
      timestamp: 5,
      domain: 'HTTPS://Acme.freshcaller.com/x',
    };
    expect(update(payload({}, wrapper)).data.source).toEqual({
      event: 'onAgentUpdate',
      version: '2.0',
      timestamp: 5,
      host: 'acme.freshcaller.com',
    });
  });

  it.each([
    ['7', '7'], ['007', '7'], ['000', '0'], [0, '0'], [7.0, '7'], [2 ** 53 - 1, '9007199254740991'],
    ['99999999999999999999', '99999999999999999999'], ['00000000000000000001', '1'],
  ])('writes the id %j as %s', (id, expected) => {
    expect(update(payload({ id })).stream).toBe(`agent-3-${expected}`);
    expect(update(payload({ account_id: id })).stream).toBe(`agent-${expected}-7`);
    expect(update(payload({ account_id: null }, { account_id: id })).stream).toBe(`agent-${expected}-7`);
  }); // prettier-ignore

  it.each(['', ' 7', '-7', '+7', '7.0', '1e3', 'x', '١', '100000000000000000000', '000000000000000000007', 2 ** 53, -1, 7.5, 1e300,
    true, [], {}, ['7'],
  ] as Json[])('refuses the id %j', (id) => {
    expect(codeOf(payload({ id }))).toBe('invalid-id');
    expect(codeOf(payload({ account_id: id }))).toBe('invalid-id');
    expect(codeOf(payload({}, { account_id: id }))).toBe('invalid-id');
  }); // prettier-ignore

  it('takes accounts that differ only in writing for one', () => {
    expect(codeOf(payload({ account_id: '003' }, { account_id: 3 }))).toBe('ok');
    expect(update(payload({ account_id: '003' })).data.accountId).toBe('3');
  });
});

describe('quarantine', () => {
  it.each([
    ['not-an-object', 5],
    ['not-an-object', null],
    ['not-an-object', undefined],
    ['not-an-object', [payload()]],
    ['other-event', { ...payload(), event: 'onTicketUpdate' }],
    ['other-event', { ...payload(), event: 5 }],
    ['missing-agent', {}],
    ['missing-agent', { data: { agent: [] } }],
    ['missing-agent', { data: [], agent: { id: 1 } }],
    ['other-product', sample(OTHER_PRODUCT_SAMPLE)],
    ['other-product', payload({ id: null }, { domain: 'acme.freshdesk.com' })],
    ['missing-id', payload({ id: null })],
    ['missing-id', payload({ id: 'x', account_id: null })],
    ['invalid-id', payload({}, { account_id: 'x' })],
    ['account-mismatch', payload({ updated_at: 'x' }, { account_id: 4 })],
    ['invalid-time', payload({ updated_at: 'x' })],
    ['invalid-time', payload({ updated_at: true })],
    ['invalid-time', payload({ last_status_change_at: '2022-02-30 00:00:00 UTC' })],
    ['invalid-time', payload({}, {}, { model_changes: { updated_at: ['x', AT] } })],
    ['invalid-time', payload({}, {}, { model_changes: { last_status_change_at: [AT, false] } })],
    ['invalid-time', payload({ updated_at: {} }, {}, { model_changes: { updated_at: [AT, AT] } })],
    ['invalid-time', payload({ updated_at: null }, { timestamp: 'x' })],
    ['no-time', payload({ updated_at: null })],
    ['no-time', payload({ updated_at: null }, {}, { model_changes: { updated_at: [AT, null] } })],
    ['implausible-time', payload({ updated_at: '1999-12-31 23:59:59 UTC' })],
    ['implausible-time', payload({ updated_at: null }, { timestamp: -5 })],
    ['implausible-time', payload({ updated_at: (RECEIVED_AT + DAY_MS + 1) })],
    ['invalid-time', JSON.parse('{"agent":{"id":1,"account_id":1,"updated_at":1e400}}')],
    ['invalid-time', JSON.parse('{"agent":{"id":1,"account_id":1},"timestamp":1e400}')],
    ['not-canonical', JSON.parse('{"agent":{"id":1,"account_id":1,"updated_at":1661846750,"x":1e400}}')],
    ['invalid-time', JSON.parse('{"agent":{"id":1,"account_id":1,"updated_at":1661846750,"last_status_change_at":1e400}}')],
    ['not-canonical', payload({ name: '\ud800' })],
    ['not-canonical', payload({}, {}, { '\udfff': 1 })],
  ] as [string, unknown][])('%s: %j', (code, given) => {
    expect(codeOf(given)).toBe(code);
  }); // prettier-ignore

  it.each([
    ['a null event', { ...payload(), event: null }],
    ['no event', { ...payload(), event: undefined }],
    ['the last moment that is plausible', payload({ updated_at: RECEIVED_AT + DAY_MS })],
    ['the first moment that is plausible', payload({ updated_at: '2000-01-01 00:00:00 UTC' })],
    ['an unreadable timestamp that is not needed', payload({}, { timestamp: 'x' })],
    ['a diff that is not a pair', payload({}, {}, { model_changes: { updated_at: ['x', []], last_status_change_at: ['x'] } })],
    ['a lone surrogate outside what is fingerprinted', { ...payload(), data: { ...(payload().data as JsonObject), associations: '\ud800' } }],
  ] as [string, unknown][])('is not for %s', (_name, given) => {
    expect(codeOf(given)).toBe('ok');
  }); // prettier-ignore

  it.each([
    ['no text', ''],
    ['cut off', '{"data":'],
    ['invalid UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['an encoded surrogate', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['large, too', `{${' '.repeat(MAX_PAYLOAD_BYTES)}`],
  ])('not-json: %s', (_name, input) => {
    expect(decodeAgentUpdateText(input, RECEIVED_AT)).toMatchObject({ ok: false, code: 'not-json' });
  });

  it('passes over a byte order mark', () => {
    const text = `\uFEFF${JSON.stringify(payload())}`;
    expect(decodeAgentUpdateText(text, RECEIVED_AT)).toMatchObject({ ok: true });
    expect(decodeAgentUpdateText(Buffer.from(text), RECEIVED_AT)).toMatchObject({ ok: true });
  });

  it('too-large: a payload as received, an item as compact JSON, both in UTF-8', () => {
    const frame = Buffer.byteLength(JSON.stringify(payload({ x: '' })));
    const fits = payload({ x: 'é'.repeat((MAX_PAYLOAD_BYTES - frame) / 2).padEnd(0) });
    const size = Buffer.byteLength(JSON.stringify(fits));
    const filler = ' '.repeat(MAX_PAYLOAD_BYTES - size);
    expect(codeOf(fits)).toBe('ok');
    expect(decodeAgentUpdateText(JSON.stringify(fits) + filler, RECEIVED_AT)).toMatchObject({ ok: true });
    expect(decodeAgentUpdateText(`${JSON.stringify(fits)}${filler} `, RECEIVED_AT)).toMatchObject({
      code: 'too-large',
    });
    expect(codeOf({ ...fits, x: 'é' })).toBe('too-large');
    expect(codeOf('x'.repeat(MAX_PAYLOAD_BYTES - 2))).toBe('not-an-object');
    expect(codeOf('x'.repeat(MAX_PAYLOAD_BYTES - 1))).toBe('too-large');
  });

  it('not-canonical: nested too deep to be written again, wherever it is', () => {
    expect(codeOf(payload({ x: deep(100_000) }))).toBe('not-canonical');
    expect(codeOf(payload({}, {}, deep(100_000)))).toBe('not-canonical');
    expect(codeOf({ ...payload(), data: { ...(payload().data as JsonObject), actor: deep(100_000) } })).toBe(
      'not-canonical',
    );
    expect(codeOf(payload({ x: deep(500) }))).toBe('ok');
    expect(codeOf(deep(131_073))).toBe('too-large');
    expect(codeOf(deep(131_072))).toBe('not-an-object');
    expect(codeOf(payload({}, { currentHost: deep(100_000), iparams: deep(1000) }))).toBe('ok');
  });

  it('tells why in words that hold nothing of the payload', () => {
    const telling = fc.constantFrom('PERSONAL', -123454321, ['PERSONAL'], { name: 'PERSONAL' });
    const odd = fc
      .record({ id: telling, account_id: telling, updated_at: telling, x: fc.constant('\ud800') }, { requiredKeys: [] })
      .chain((agent) => fc.record({ account_id: telling, event: telling, timestamp: telling, domain: telling }, { requiredKeys: [] })
        .map((wrapper) => payload(agent as JsonObject, wrapper as JsonObject)));
    fc.assert(
      fc.property(odd, (given) => {
        const result = decode(given);
        if (!result.ok) expect(result.detail).not.toMatch(/PERSONAL|123454321/);
      }),
      { seed: 1, numRuns: 300 },
    );
    expect(decodeAgentUpdateText('{"name":"PERSONAL"', RECEIVED_AT)).toEqual({
      ok: false,
      code: 'not-json',
      detail: 'The payload is not JSON in UTF-8.',
    });
  }); // prettier-ignore

  it('is the worst that can happen to any JSON', () => {
    fc.assert(
      fc.property(fc.oneof(anyJson, mutatedSample), (given) => {
        const result = decode(given);
        if (result.ok) {
          const { data, fingerprint, eventId } = result.update;
          expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
          expect(eventId).toHaveLength(36);
          const source = given as JsonObject;
          const received = source.data ?? withoutSecrets(source);
          expect(joinPersonal(data)).toEqual(received);
        } else {
          expect(QUARANTINE_CODES).toContain(result.code);
        }
      }),
      { seed: 2, numRuns: 2000 },
    );
  });
});

describe('encoding an agent update', () => {
  const bothOf = (given: unknown) => {
    const decoded = decode(given);
    const encoded = encodeAgentUpdate(given, { receivedAt: RECEIVED_AT });
    if (!decoded.ok || !encoded.ok) return [decoded, encoded];
    const { eventId, fingerprint, data } = decoded.update;
    const { accountId, agentId, at } = data;
    const json = JSON.stringify(data);
    return [{ ok: true, update: { accountId, agentId, at, eventId, fingerprint, json } }, encoded];
  };
  const odd = anyData.map((data) => ({
    account_id: 3,
    data: { ...data, agent: { ...(data.agent as JsonObject), id: 7, account_id: 3, updated_at: AT } },
  }));

  it.each(SAMPLES)('gives the JSON of what decoding gives: %s', (name) => {
    const [expected, encoded] = bothOf(sample(name));
    expect(encoded).toEqual(expected);
    expect(encoded).toMatchObject({ ok: true });
  });

  it('gives it member by member for every odd shape, and refuses what decoding refuses', () => {
    let understood = 0;
    fc.assert(
      fc.property(fc.oneof(odd, mutatedSample, anyJson), (given) => {
        const [expected, encoded] = bothOf(given);
        expect(encoded).toEqual(expected);
        if (encoded?.ok === true) understood += 1;
      }),
      { seed: 22, numRuns: 2_000 },
    );
    expect(understood).toBeGreaterThan(500);
  });
});
