// Which status a value is: slugs, keys, categories and labels (semantics §3). A key once given must never change,
// so nothing here may depend on the machine's locale.
import { hash } from 'node:crypto';
import type { Parts, Track } from './evidence.js';

export const CATEGORIES = ['busy', 'acw', 'available', 'offline', 'custom', 'other'] as const;
export type Category = (typeof CATEGORIES)[number];

/** The key of a value before of which too little is known to name it. */
export const UNSPECIFIED = 'unspecified';

const KEY_CODE_POINTS = 64;
const KEPT_CODE_POINTS = 55;
const SUFFIX_DIGITS = 8;

// The same few names come with every event: remember them, but never more than some megabytes of them.
const REMEMBERED_NAMES = 4096;
const REMEMBERED_LENGTH = 256;
const slugs = new Map<string, string>();
const names = new Map<string, string>();

/** Lower case, each run of anything but letters, marks and numbers one `-`, none at the ends; may be empty. */
export function slugOf(name: string): string {
  return slugs.get(name) ?? remember(slugs, name, computeSlug(name));
}

/** A status name as it is kept: trimmed, NFC, NUL as U+FFFD; undefined if its slug is empty. */
export function normaliseName(text: string): string | undefined {
  const name =
    names.get(text) ?? remember(names, text, text.trim().normalize('NFC').replaceAll('\0', '\uFFFD'));
  return slugOf(name) === '' ? undefined : name;
}

/** The name of a value; one without a slug is none. */
export function nameOf(parts: Parts): string | undefined {
  return parts.name === undefined || slugOf(parts.name) === '' ? undefined : parts.name;
}

/** The key of a value after. It must have a part (status: a code or a name). */
export function keyOf(track: Track, parts: Parts): string {
  switch (track) {
    case 'status':
      return shorten(statusKey(parts));
    case 'browser':
    case 'mobile':
      if (parts.id !== undefined) return shorten(`id-${parts.id}`);
      return shorten(`name-${slugOf(parts.name ?? '')}`);
    case 'channel':
      return channelKey(parts.code);
    case 'login':
      return parts.code === 'true' ? 'signed-in' : 'signed-out';
    default:
      return unknownTrack(track);
  }
}

/** The key of a value before by its own parts; `unspecified` if they do not name one. */
export function ownKeyOfBefore(track: Track, parts: Parts): string {
  return namesValue(track, parts) ? keyOf(track, parts) : UNSPECIFIED;
}

/** The category of a status: its key alone tells it. Other tracks have none. */
export function categoryOfKey(key: string): Category {
  if (key === 'busy' || key === 'acw' || key === 'available' || key === 'offline') return key;
  if (key.startsWith('available-')) return 'available';
  if (key.startsWith('custom-')) return 'custom';
  return 'other';
}

/** What people read: fixed words for keys whose name says something else, else the name, else the key. */
export function labelOf(_track: Track, key: string, name: string | undefined): string {
  return fixedLabelOf(key) ?? name ?? key;
}

/** The label that no name replaces, for the keys that have one. */
export function fixedLabelOf(key: string): string | undefined {
  if (key === 'busy') return 'Busy';
  if (key === 'acw') return 'After Call Work';
  if (key === UNSPECIFIED) return 'Offline or custom';
  return undefined;
}

function statusKey(parts: Parts): string {
  const slug = parts.name === undefined ? '' : slugOf(parts.name);
  switch (parts.code) {
    case '2':
      return 'busy';
    case '3':
      return 'acw';
    case '1':
      return slug === '' || slug === 'available' || slug === 'online' ? 'available' : `available-${slug}`;
    case '0':
      if (slug === 'offline' || (slug === '' && parts.id === undefined)) return 'offline';
      return `custom-${parts.id ?? slug}`;
    case undefined:
    default:
      return `other-${slug === '' ? (parts.code ?? '') : slug}`;
  }
}

function channelKey(code: string | undefined): string {
  switch (code) {
    case '0':
      return 'offline';
    case '1':
      return 'browser';
    case '2':
      return 'mobile';
    case undefined:
    default:
      return 'other';
  }
}

function namesValue(track: Track, parts: Parts): boolean {
  switch (track) {
    case 'status':
      if (parts.code === '0') return parts.id !== undefined || nameOf(parts) !== undefined;
      return parts.code !== undefined || nameOf(parts) !== undefined;
    case 'browser':
    case 'mobile':
      return parts.id !== undefined || nameOf(parts) !== undefined;
    case 'channel':
    case 'login':
      return parts.code !== undefined;
    default:
      return unknownTrack(track);
  }
}

function shorten(key: string): string {
  if (key.length <= KEY_CODE_POINTS) return key;
  const points = Array.from(key);
  if (points.length <= KEY_CODE_POINTS) return key;
  return `${points.slice(0, KEPT_CODE_POINTS).join('')}-${hash('sha256', key).slice(0, SUFFIX_DIGITS)}`;
}

function computeSlug(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');
}

function remember(cache: Map<string, string>, from: string, to: string): string {
  if (from.length > REMEMBERED_LENGTH) return to;
  if (cache.size >= REMEMBERED_NAMES) cache.clear();
  cache.set(from, to);
  return to;
}

function unknownTrack(track: never): never {
  throw new Error(`unknown track ${String(track)}`);
}
