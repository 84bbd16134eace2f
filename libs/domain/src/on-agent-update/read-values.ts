// Reads single values (semantics §1). One of another type than expected is absent, never converted.
import type { Json, JsonObject } from './agent-updated.js';

const ZERO = 0x30;
const NINE = 0x39;

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isScalar(value: Json | undefined): value is null | boolean | number | string {
  return value === null || (typeof value !== 'object' && value !== undefined);
}

export function isAbsent(value: Json | undefined): value is null | undefined {
  return value === null || value === undefined;
}

/** A code or id, an integer or decimal string, written without leading zeros. */
export function readCode(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return isDigits(value) ? withoutLeadingZeros(value) : undefined;
  return typeof value === 'number' ? integerText(value) : undefined;
}

export function readBoolean(value: Json | undefined): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

/** A text as the read model keeps it: databases refuse NUL. */
export function readText(value: Json | undefined): string | undefined {
  if (typeof value !== 'string') return undefined;
  return value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value;
}

/** The decimal text of an integer, exact at any size; undefined for another number. */
export function integerText(value: number): string | undefined {
  if (!Number.isInteger(value)) return undefined;
  return Number.isSafeInteger(value) ? String(value) : BigInt(value).toString();
}

export function isDigits(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < ZERO || unit > NINE) return false;
  }
  return text !== '';
}

export function withoutLeadingZeros(digits: string): string {
  let first = 0;
  while (first < digits.length - 1 && digits.charCodeAt(first) === ZERO) first++;
  return first === 0 ? digits : digits.slice(first);
}
