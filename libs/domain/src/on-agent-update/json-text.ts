// JSON of any depth without recursion that could exhaust the stack: how deep it is, its compact text, its equality.
import type { Json } from './agent-updated.js';

interface Frame {
  readonly container: Json[] | Record<string, Json>;
  /** The member names of an object; null for an array. */
  readonly names: string[] | null;
  next: number;
}

/** Arrays and objects lie within each other more than `limit` deep. Recurses no deeper than that itself. */
export function isDeeperThan(limit: number, value: Json): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (limit === 0) return true;
  if (Array.isArray(value)) return value.some((item) => isDeeperThan(limit - 1, item));
  for (const name in value) {
    const member = value[name];
    if (typeof member === 'object' && isDeeperThan(limit - 1, member)) return true;
  }
  return false;
}

/** What `JSON.stringify` gives, of any depth. */
export function compactJson(value: Json): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return compactDeepJson(value);
  }
}

/** Equal as JSON: the order of members says nothing. Only for values that are not too deep to recurse. */
export function equalJson(left: Json | undefined, right: Json | undefined): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item, index) => equalJson(item, right[index]));
  }
  const names = Object.keys(left);
  const others = Object.keys(right);
  if (names.length !== others.length) return false;
  return names.every(
    (name, index) =>
      (name === others[index] || Object.hasOwn(right, name)) && equalJson(left[name], right[name]),
  );
}

function compactDeepJson(value: Json): string {
  const pieces: string[] = [];
  const open: Frame[] = [];
  const write = (item: Json): void => {
    if (typeof item !== 'object' || item === null) {
      pieces.push(JSON.stringify(item));
      return;
    }
    const names = Array.isArray(item) ? null : Object.keys(item);
    pieces.push(names ? '{' : '[');
    open.push({ container: item, names, next: 0 });
  };

  write(value);
  for (let frame = open.at(-1); frame; frame = open.at(-1)) {
    const members = frame.names ?? (frame.container as Json[]);
    if (frame.next === members.length) {
      pieces.push(frame.names ? '}' : ']');
      open.pop();
      continue;
    }
    const index = frame.next++;
    if (index > 0) pieces.push(',');
    const name = frame.names ? (frame.names[index] ?? '') : null;
    if (name !== null) pieces.push(JSON.stringify(name), ':');
    write((frame.container as Record<string, Json>)[name ?? index] ?? null);
  }
  return pieces.join('');
}
