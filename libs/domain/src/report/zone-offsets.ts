// What a zone's clocks show when: its offsets from UTC over any span, and instants written in it.
// Transitions are computed once per zone and some years; nothing here may depend on the machine's own zone.
import { Temporal } from 'temporal-polyfill';
import { isUtc } from './time-zone.js';

/** The zone's clocks are `offset` ms ahead of UTC over `[start, end)`, UTC epoch ms. */
export interface OffsetSegment {
  readonly start: number;
  readonly end: number;
  readonly offset: number;
}

interface Chunk {
  readonly offset: number;
  readonly transitions: readonly { readonly at: number; readonly offset: number }[];
}

const MINUTE_MS = 60_000;
const CHUNK_MS = 2 ** 37; // four years and some: a report rarely touches more than two
const MAX_CHUNKS = 20_000;
const MAX_FORMATTED = 50_000;

const chunks = new Map<string, Map<number, Chunk>>();
let chunkCount = 0;
const formatted = new Map<string, Map<number, string>>();
let formattedCount = 0;

/** The segments of one offset each that make up `[from, to)`, neighbours differing; none if it is empty. */
export function offsetSegments(zone: string, from: number, to: number): OffsetSegment[] {
  const segments: OffsetSegment[] = [];
  if (from >= to) return segments;
  let start = from;
  let offset = offsetAt(zone, from);
  for (let index = chunkIndex(from); index * CHUNK_MS < to; index++) {
    for (const transition of chunkOf(zone, index).transitions) {
      if (transition.at <= start || transition.at >= to) continue;
      segments.push({ start, end: transition.at, offset });
      start = transition.at;
      offset = transition.offset;
    }
  }
  segments.push({ start, end: to, offset });
  return segments;
}

/** How many ms the zone's clocks are ahead of UTC at an instant. */
export function offsetAt(zone: string, t: number): number {
  const chunk = chunkOf(zone, chunkIndex(t));
  let offset = chunk.offset;
  for (const transition of chunk.transitions) {
    if (transition.at > t) break;
    offset = transition.offset;
  }
  return offset;
}

/** ISO 8601 with milliseconds and the zone's offset, `Z` for UTC. An offset with seconds is rounded to minutes. */
export function formatInstant(t: number, zone: string): string {
  let known = formatted.get(zone);
  if (known === undefined || formattedCount >= MAX_FORMATTED) {
    if (formattedCount >= MAX_FORMATTED) {
      formatted.clear();
      formattedCount = 0;
    }
    known = new Map();
    formatted.set(zone, known);
  }
  let text = known.get(t);
  if (text === undefined) {
    text = write(t, zone);
    known.set(t, text);
    formattedCount++;
  }
  return text;
}

function write(t: number, zone: string): string {
  if (isUtc(zone)) return new Date(t).toISOString();
  // The local time is written by the rounded offset, so that the text still names the exact instant.
  const minutes = Math.round(offsetAt(zone, t) / MINUTE_MS);
  const local = new Date(t + minutes * MINUTE_MS).toISOString().slice(0, -1);
  const hours = String(Math.floor(Math.abs(minutes) / 60)).padStart(2, '0');
  return `${local}${minutes < 0 ? '-' : '+'}${hours}:${String(Math.abs(minutes) % 60).padStart(2, '0')}`;
}

function chunkIndex(t: number): number {
  return Math.floor(t / CHUNK_MS);
}

function chunkOf(zone: string, index: number): Chunk {
  let known = chunks.get(zone);
  if (known === undefined || chunkCount >= MAX_CHUNKS) {
    if (chunkCount >= MAX_CHUNKS) {
      chunks.clear();
      chunkCount = 0;
    }
    known = new Map();
    chunks.set(zone, known);
  }
  let chunk = known.get(index);
  if (chunk === undefined) {
    chunk = computeChunk(zone, index);
    known.set(index, chunk);
    chunkCount++;
  }
  return chunk;
}

function computeChunk(zone: string, index: number): Chunk {
  const end = (index + 1) * CHUNK_MS;
  let local = Temporal.Instant.fromEpochMilliseconds(index * CHUNK_MS).toZonedDateTimeISO(zone);
  const offset = local.offsetNanoseconds / 1e6;
  const transitions: { at: number; offset: number }[] = [];
  let last = offset;
  for (;;) {
    const next = local.getTimeZoneTransition('next');
    if (next === null || next.epochMilliseconds >= end) return { offset, transitions };
    const changed = next.offsetNanoseconds / 1e6;
    if (changed !== last) transitions.push({ at: next.epochMilliseconds, offset: changed });
    last = changed;
    local = next;
  }
}
