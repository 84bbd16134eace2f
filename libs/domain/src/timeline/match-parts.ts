// Comparing values of a track part by part: names by slug, a part the other side lacks is unequal.
import type { Parts } from './evidence.js';
import { slugOf } from './status-identity.js';

export function hasKnownPart(parts: Parts): boolean {
  return parts.code !== undefined || parts.id !== undefined || parts.name !== undefined;
}

/** Every known part of `known` equals that of `value`; vacuously true when none is known. */
export function matchesParts(known: Parts, value: Parts): boolean {
  if (known.code !== undefined && known.code !== value.code) return false;
  if (known.id !== undefined && known.id !== value.id) return false;
  if (known.name === undefined || known.name === value.name) return true;
  return value.name !== undefined && slugOf(known.name) === slugOf(value.name);
}
