// The text in which the evidence table keeps what an event says: a flat JSON array, since every rebuild writes and reads one
// an event. Only this file knows its layout; another layout is another FOLD_VERSION.
//
// [flags, statusAt, beforeSince, updatedAfter, updatedBefore, name, email, timeZone, teams, …parts], an absent one null: the
// first three times as ms before the event's `at`, the fourth, which may lie anywhere, as it is; teams as [id, name, …]; and
// of each value that the flags say is there, in the order of TRACKS and a before b, the parts that its track has.
import { eventIdOf, TRACKS, type Evidence, type Parts, type Team, type Track } from '@libs/domain';

type Packed = string | number | null | readonly (string | null)[];

const SELF = 1;
const LSC_IN_DIFF = 2;
const DELETED_KNOWN = 4;
const DELETED = 8;
/** Two bits a track, from this one on: whether it has an a, and a b. */
const FIRST_TRACK = 16;

const PARTS: Readonly<Record<Track, readonly (keyof Parts)[]>> = {
  status: ['code', 'id', 'name'],
  browser: ['id', 'name'],
  mobile: ['id', 'name'],
  channel: ['code'],
  login: ['code'],
};

/** All of it but `at` and the fingerprint, which the event id follows from. */
export function packEvidence(evidence: Evidence): string {
  const { at, by, name, email, timeZone, teams, lscInDiff, deleted } = evidence;
  let flags = by === 'self' ? SELF : 0;
  if (lscInDiff === true) flags |= LSC_IN_DIFF;
  if (deleted !== undefined) flags |= deleted ? DELETED_KNOWN | DELETED : DELETED_KNOWN;
  const packed: Packed[] = [
    ...[0, before(at, evidence.statusAt), before(at, evidence.beforeSince)],
    ...[before(at, evidence.updatedAfter), evidence.updatedBefore ?? null],
    ...[name ?? null, email ?? null, timeZone ?? null],
    teams ? teams.flatMap((team) => [team.id, team.name ?? null]) : null,
  ];
  let bit = FIRST_TRACK;
  for (const track of TRACKS) {
    const own = evidence.tracks[track];
    for (const parts of [own?.a, own?.b]) {
      if (parts) {
        flags |= bit;
        for (const part of PARTS[track]) packed.push(parts[part] ?? null);
      }
      bit <<= 1;
    }
  }
  packed[0] = flags;
  return JSON.stringify(packed);
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export function unpackEvidence(at: number, fingerprint: string, text: string): Evidence {
  const packed = JSON.parse(text) as Packed[];
  const flags = packed[0] as number;
  const tracks: { [T in Track]?: { a?: Parts; b?: Parts } } = {};
  let bit = FIRST_TRACK;
  let next = 9;
  for (const track of TRACKS) {
    for (const side of ['a', 'b'] as const) {
      if (flags & bit) {
        const parts: Mutable<Parts> = {};
        for (const part of PARTS[track]) {
          const value = packed[next++] as string | null;
          if (value !== null) parts[part] = value;
        }
        (tracks[track] ??= {})[side] = parts;
      }
      bit <<= 1;
    }
  }
  const [, statusAt, beforeSince, updatedAfter, updatedBefore] = packed as (number | null)[];
  const [name, email, timeZone] = packed.slice(5, 8) as (string | null)[];
  const teams = packed[8] as (string | null)[] | null;
  const evidence: Mutable<Evidence> = {
    fingerprint,
    eventId: eventIdOf(fingerprint),
    at,
    by: flags & SELF ? 'self' : 'other',
    tracks,
  };
  if (statusAt != null) evidence.statusAt = at - statusAt;
  if (beforeSince != null) evidence.beforeSince = at - beforeSince;
  if (updatedBefore != null) evidence.updatedBefore = updatedBefore;
  if (updatedAfter != null) evidence.updatedAfter = at - updatedAfter;
  if (flags & LSC_IN_DIFF) evidence.lscInDiff = true;
  if (flags & DELETED_KNOWN) evidence.deleted = (flags & DELETED) !== 0;
  if (name != null) evidence.name = name;
  if (email != null) evidence.email = email;
  if (timeZone != null) evidence.timeZone = timeZone;
  if (teams) evidence.teams = unpackTeams(teams);
  return evidence;
}

function before(at: number, time: number | undefined): number | null {
  return time === undefined ? null : at - time;
}

function unpackTeams(packed: readonly (string | null)[]): Team[] {
  const teams: Team[] = [];
  for (let at = 0; at < packed.length; at += 2) {
    const [id, name] = [packed[at] ?? '', packed[at + 1] ?? null];
    teams.push(name === null ? { id } : { id, name });
  }
  return teams;
}
