// One attribute of an event: its pair in the diff, its values after and before (semantics §1). Judges no types.
import type { Json, JsonObject } from './agent-updated.js';
import { isObject, isScalar } from './read-values.js';

/** The old and the new side; null is absent. */
export type Pair = readonly [Json, Json];

export interface Attribute {
  /** Undefined if the attribute is not in the diff. */
  readonly pair: Pair | undefined;
  /** What the agent object says. */
  readonly current: Json | undefined;
}

/** `changes.model_changes`, if it can hold attributes. */
export function modelChangesOf(changes: Json | undefined): JsonObject | undefined {
  const modelChanges = isObject(changes) ? changes.model_changes : undefined;
  return isObject(modelChanges) ? modelChanges : undefined;
}

/** `name` must not be one that every object inherits. */
export function attributeOf(
  agent: JsonObject | undefined,
  modelChanges: JsonObject | undefined,
  name: string,
): Attribute {
  const pair = modelChanges?.[name];
  return { pair: isPair(pair) ? pair : undefined, current: agent?.[name] };
}

/** The pair's new side if not null, else what the agent object says. */
export function after({ pair, current }: Attribute): Json | undefined {
  return pair && pair[1] !== null ? pair[1] : current;
}

/** The pair's old side; null and undefined mean unknown. */
export function before({ pair }: Attribute): Json | undefined {
  return pair?.[0];
}

/** What a stored attribute was before: one that is not in the diff did not change. */
export function heldBefore({ pair, current }: Attribute): Json | undefined {
  return pair ? pair[0] : current;
}

/** Exactly two elements, neither an array nor an object; anything else is kept and not read. */
function isPair(value: unknown): value is Pair {
  return (
    Array.isArray(value) && value.length === 2 && isScalar(value[0] as Json) && isScalar(value[1] as Json)
  );
}
