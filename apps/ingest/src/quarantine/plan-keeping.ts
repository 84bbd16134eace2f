// Decides what the catalogue is to say of refused items, and which groups find no room. Pure; it must never plan half a group.
import { quarantined, type CatalogueEvent } from './catalogue-events.js';
import type { QuarantineQuota, QuarantineTotals } from './quarantine.js';
import type { NewItem } from './quarantine-item.js';

/** Of one item, however often it is in the call. */
interface Sighting {
  /** Null: it is not in the catalogue yet. */
  readonly id: number | null;
  readonly item: NewItem;
}

export interface KeepingPlan {
  readonly sightings: readonly Sighting[];
  /** One of each, in the same order. */
  readonly events: readonly CatalogueEvent[];
  /** Per group: whether there is room for it. */
  readonly fits: readonly boolean[];
}

export const keyOf = ({ hash }: Pick<NewItem, 'hash'>): string => hash.toString('hex');

export interface Catalogued {
  /** The open item with this hash. */
  findOpen(hash: Buffer): number | null;
  totals(): QuarantineTotals;
}

export function planKeeping(
  groups: readonly (readonly NewItem[])[],
  known: Catalogued,
  quota: QuarantineQuota,
): KeepingPlan {
  const planned = new Map<string, Sighting>();
  let { items, bytes } = known.totals();
  const fits = groups.map((group) => {
    const ofGroup = new Map<string, Sighting>();
    const before = { items, bytes };
    for (const item of group) {
      const key = keyOf(item);
      const earlier = ofGroup.get(key) ?? planned.get(key);
      const id = earlier === undefined ? known.findOpen(item.hash) : earlier.id;
      ofGroup.set(key, { id, item: earlier === undefined ? item : seenTwice(earlier.item, item) });
      if (earlier !== undefined || id !== null) continue;
      items += 1;
      bytes += item.bytes;
      if (items <= quota.maxItems && bytes <= quota.maxBytes) continue;
      ({ items, bytes } = before);
      return false;
    }
    for (const [key, sighting] of ofGroup) planned.set(key, sighting);
    return true;
  });
  const sightings = [...planned.values()];
  return { sightings, events: sightings.map(eventOf), fits };
}

function seenTwice(first: NewItem, again: NewItem): NewItem {
  const lastSeenAt = Math.max(first.lastSeenAt, again.lastSeenAt);
  return { ...first, seen: first.seen + again.seen, lastSeenAt };
}

function eventOf({ id, item }: Sighting): CatalogueEvent {
  if (id === null) return quarantined(item);
  return { type: 'PayloadSeenAgain', data: { id, count: item.seen, at: item.lastSeenAt } };
}
