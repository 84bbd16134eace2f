// Which time zone a name means: Rails names first, by ActiveSupport's mapping, then the IANA database.
// Must never guess: a name that neither knows is undefined, and an offset such as `+05:30` is no zone.
import { Temporal } from 'temporal-polyfill';
import railsTimeZone from 'rails-timezone';

// ActiveSupport renamed Greenland's identifier after the mapping's release; some zone databases lack the old one.
// `UTC` stays `UTC`: the same zone as ActiveSupport's Etc/UTC under the name people ask for.
const CORRECTIONS: readonly (readonly [string, string])[] = [
  ['Greenland', 'America/Nuuk'],
  ['UTC', 'UTC'],
];

const RAILS_ZONES: ReadonlyMap<string, string> = new Map([
  ...railsTimeZone.list().map((name) => [name, railsTimeZone.from(name)] as const),
  ...CORRECTIONS,
]);

const UTC_NAMES = new Set([
  'UTC',
  'Etc/UTC',
  'Etc/UCT',
  'Etc/Universal',
  'Etc/Zulu',
  'UCT',
  'Universal',
  'Zulu',
]);

// Names come from events: remember the answers, but never a flood of them.
const REMEMBERED_NAMES = 2_000;
const resolved = new Map<string, string | undefined>();

/** The IANA name (`Europe/Berlin`) of a Rails or IANA name, in the database's spelling; undefined if unknown. */
export function resolveTimeZone(name: string): string | undefined {
  if (resolved.has(name)) return resolved.get(name);
  if (resolved.size >= REMEMBERED_NAMES) resolved.clear();
  const zone = RAILS_ZONES.get(name) ?? ianaZone(name);
  resolved.set(name, zone);
  return zone;
}

/** True for the zones whose instants are written with `Z`. */
export function isUtc(zone: string): boolean {
  return UTC_NAMES.has(zone);
}

/** Every Rails name with its IANA zone. */
export function railsTimeZones(): ReadonlyMap<string, string> {
  return RAILS_ZONES;
}

function ianaZone(name: string): string | undefined {
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(name)) return undefined;
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
