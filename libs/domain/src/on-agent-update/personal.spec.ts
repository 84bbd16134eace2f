import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from './agent-updated.js';
import { joinPersonal, splitPersonal } from './personal.js';
import { anyData, sample, SAMPLES, throughText } from '../testing/payloads.js';

const dataOf = (name: string): JsonObject => sample(name).data as JsonObject;

describe('personal data', () => {
  it.each(SAMPLES)('of %s is split off and joined again exactly', (name) => {
    const data = dataOf(name);
    expect(joinPersonal(throughText(splitPersonal(data)))).toEqual(data);
  });

  it('is joined again exactly, whatever shape the data has and after storing', () => {
    fc.assert(
      fc.property(anyData, (data) => {
        expect(joinPersonal(throughText(splitPersonal(data)))).toEqual(data);
      }),
      { seed: 4711, numRuns: 1500 },
    );
  });

  it('does not touch what it splits', () => {
    fc.assert(
      fc.property(anyData, (data) => {
        const before = JSON.stringify(data);
        splitPersonal(data);
        expect(JSON.stringify(data)).toBe(before);
      }),
      { seed: 4712, numRuns: 200 },
    );
  });

  it.each([
    ['nothing but an agent', { agent: {} }],
    ['nulls', { agent: {}, changes: null, associations: null, actor: null }],
    ['text for everything', { agent: {}, changes: 'x', associations: 'x', actor: 'x' }],
    ['arrays for everything', { agent: {}, changes: [], associations: [], actor: [] }],
    ['empty objects', { agent: {}, changes: {}, associations: {}, actor: {} }],
    ['text for the diff', { agent: {}, changes: { model_changes: 'name: Mira to Myra' } }],
    ['an entry in array form', { agent: {}, changes: { model_changes: { email: { added: ['x'], removed: [] } } } }],
    ['an equal nested agent', { agent: { id: 1, name: 'x' }, actor: { agent: { id: 1, name: 'x' } } }],
    ['a nested agent that is no object', { agent: { id: 1 }, actor: { agent: 'x' } }],
    ['a null nested agent', { agent: { id: 1 }, actor: { agent: null } }],
    ['an actor whose id is an object', { agent: {}, actor: { id: { email: 'x' } } }],
    ['members of its own', { agent: {}, region: 'US', data: null, changed_by: { name: 'x' } }],
    ['names every object inherits', JSON.parse('{"agent":{"__proto__":{"a":1}},"__proto__":[1],"changes":{"__proto__":{"name":1}}}')],
  ] as [string, JsonObject][])('is exact with %s', (_name, data) => {
    expect(joinPersonal(throughText(splitPersonal(data)))).toEqual(data);
  }); // prettier-ignore

  it('keeps the nested agent only where it differs', () => {
    const data = dataOf('01-sign-in');
    expect(splitPersonal(data).personal.actorAgent).toEqual({});
    const changed = { ...data, actor: { id: 1, agent: { ...(data.agent as JsonObject), status: 7 } } };
    expect(splitPersonal(changed).personal.actorAgent).toEqual({ set: { status: 7 } });
  });

  it('leaves open what names nobody', () => {
    const { agent, changes, associations, actor, personal } = splitPersonal(dataOf('01-sign-in'));
    expect(agent).toMatchObject({
      id: 787096,
      user_id: 856523,
      status: 1,
      teams: [{ id: 't-17', name: 'Billing' }],
    });
    expect(changes).toEqual(dataOf('01-sign-in').changes);
    expect(associations).toEqual({});
    expect(actor).toEqual({ id: 856523, account_id: 682861, account_admin: false });
    expect(Object.keys(personal).sort()).toEqual(['actor', 'actorAgent', 'agent']);
  });

  it('never stays outside', () => {
    const secret = fc.constantFrom<unknown>('PERSONAL', { x: 'PERSONAL' }, ['PERSONAL', 'PERSONAL'], null);
    const personalMembers = fc.record(
      { name: secret, email: secret, freshid_uuid: secret },
      { requiredKeys: [] },
    );
    const shape = fc.record({
      agent: personalMembers.map((members) => ({ id: 1, status: 1, ...members })),
      changes: fc.oneof(
        secret,
        fc.record({
          model_changes: fc.oneof(personalMembers, fc.constant('PERSONAL')),
          misc_changes: personalMembers,
        }),
      ),
      actor: fc.oneof(
        secret,
        fc.record({
          id: fc.constantFrom<unknown>(1, ['PERSONAL']),
          agent: secret,
          primary_email: secret,
          phone: secret,
        }),
      ),
      further: secret,
    });
    fc.assert(
      fc.property(shape, (data) => {
        const { personal: _personal, ...open } = splitPersonal(throughText(data) as JsonObject);
        expect(JSON.stringify(open)).not.toContain('PERSONAL');
      }),
      { seed: 4713, numRuns: 500 },
    );
  });
});
