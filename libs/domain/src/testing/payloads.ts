// Payloads for tests: the sample payloads, and arbitrary JSON near the shape of an agent update.
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import type { Json, JsonObject } from '../on-agent-update/agent-updated.js';

const FIXTURES = new URL('../../../../test/fixtures/on-agent-update/', import.meta.url);

/** Received long after the samples were made. */
export const RECEIVED_AT = Date.UTC(2026, 0, 1);

export const SAMPLES = [
  '01-sign-in',
  '02-on-a-call',
  '03-after-call-work',
  '04-available-again',
  '05-custom-status-set-by-supervisor',
  '06-empty-diff',
  '07-array-diff',
  '09-columns-only-diff',
] as const;
export const OTHER_PRODUCT_SAMPLE = '08-freshdesk-not-this-event';

export function sampleBytes(name: string): Buffer {
  return readFileSync(new URL(`${name}.json`, FIXTURES));
}

export function sample(name: string): JsonObject {
  return JSON.parse(sampleBytes(name).toString()) as JsonObject;
}

/** JSON as it comes out of a parser after one round through text: no -0, own `__proto__` members possible. */
export function throughText<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('', 'Mira', '\0', '007', '1e9'),
);
export const anyJson: fc.Arbitrary<Json> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }).map((value) => throughText(value) as Json),
  text,
  fc.constantFrom<Json>(
    null,
    true,
    0,
    1,
    -1,
    1.5,
    1e300,
    2 ** 53,
    '2022-08-30 08:05:50 UTC',
    '2022-02-30 00:00:00 UTC',
  ),
  fc.constantFrom<Json>([0, 1], [null, null], ['a', []], { added: [], removed: [{ id: 't-1' }] }, []),
);

const ATTRIBUTES = [
  'id', 'user_id', 'account_id', 'name', 'email', 'freshid_uuid', 'status', 'common_status_id', 'common_status_name',
  'browser_status_id', 'browser_status_name', 'mobile_app_status_id', 'mobile_app_status_name', 'available_on', 'logged_in',
  'teams', 'time_zone', 'deleted', 'updated_at', 'last_status_change_at', '__proto__', 'constructor', 'toJSON',
]; // prettier-ignore
const attribute = fc.oneof(fc.constantFrom(...ATTRIBUTES), text);

function near(value: fc.Arbitrary<Json>, maxKeys = 12): fc.Arbitrary<JsonObject> {
  const members = fc.array(fc.tuple(attribute, value), { maxLength: maxKeys });
  return members.map((entries) => Object.fromEntries(entries));
}

const pair = fc.tuple(anyJson, anyJson).map((sides) => [...sides]);
const diff = near(fc.oneof(pair, anyJson));
const changes = fc.oneof(
  fc.record({ model_changes: fc.oneof(diff, anyJson), system_changes: diff }, { requiredKeys: [] }),
  anyJson,
);

/** `data` with an agent object and members of every odd shape. */
export const anyData: fc.Arbitrary<JsonObject> = near(anyJson, 20).chain((agent) => {
  const nested = fc.oneof(
    fc.constant<Json>(agent),
    near(anyJson).map((more) => ({ ...agent, ...more })),
    anyJson,
  );
  const actor = fc.tuple(near(anyJson), nested, fc.boolean()).map(([rest, nestedAgent, has]): Json => {
    return has ? { ...rest, agent: nestedAgent } : rest;
  });
  const known = fc.record(
    { changes, associations: anyJson, actor: fc.oneof(actor, anyJson), extra: anyJson },
    { requiredKeys: [] },
  );
  return fc
    .tuple(known, near(anyJson, 3))
    .map(([members, more]) => throughText({ ...more, ...members, agent }) as JsonObject);
});

/** A sample with some values, anywhere in it, replaced, removed or joined by others. */
export const mutatedSample: fc.Arbitrary<JsonObject> = fc
  .tuple(
    fc.constantFrom(...SAMPLES, OTHER_PRODUCT_SAMPLE),
    fc.array(fc.tuple(fc.array(fc.nat(), { minLength: 1, maxLength: 5 }), anyJson, fc.boolean(), text), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([name, mutations]) => {
    const payload = sample(name);
    for (const [path, value, remove, newName] of mutations) mutate(payload, path, value, remove, newName);
    return throughText(payload);
  });

function mutate(
  payload: JsonObject,
  path: readonly number[],
  value: Json,
  remove: boolean,
  newName: string,
): void {
  let container = payload;
  for (const [depth, step] of path.entries()) {
    const names = Object.keys(container);
    const name = names[step % (names.length + 1)] ?? newName;
    const inner = container[name];
    if (depth < path.length - 1 && typeof inner === 'object' && inner !== null) {
      container = inner as JsonObject;
      continue;
    }
    if (remove) Reflect.deleteProperty(container, name);
    else container[name] = throughText(value);
    return;
  }
}
