// The order of events that share one `at` (semantics §4): repeatedly the one that agrees most with what was reached so
// far, then the smallest fingerprint. A function of the set alone: arrival order must never be looked at here.
import { TRACKS, type Evidence, type Parts } from './evidence.js';
import type { FoldState } from './fold-state.js';
import { hasKnownPart, matchesParts } from './match-parts.js';

/** Larger groups go by fingerprint alone. */
export const MOST_TIES_BY_AGREEMENT = 256;

export function byFingerprint(x: Evidence, y: Evidence): number {
  return x.fingerprint < y.fingerprint ? -1 : x.fingerprint > y.fingerprint ? 1 : 0;
}

/**
 * Takes a group of events of one `at` in their order, calling `take` for each; `take` moves `state` on before the next
 * one is chosen. The group must not hold the same fingerprint twice.
 */
export function takeInOrder(
  group: readonly Evidence[],
  state: FoldState,
  take: (event: Evidence) => void,
): void {
  const [only] = group;
  if (only !== undefined && group.length === 1) {
    take(only);
    return;
  }
  const left = [...group].sort(byFingerprint);
  if (left.length > MOST_TIES_BY_AGREEMENT) {
    left.forEach(take);
    return;
  }
  while (left.length > 0) {
    // `left` is sorted by fingerprint, so the first of the greatest agreement is the one to take.
    let best = 0;
    let bestAgreement = -Infinity;
    left.forEach((event, index) => {
      const agreement = state.count === 0 ? -followsHowMuch(event, left) : agreementWith(event, state);
      if (agreement > bestAgreement) [best, bestAgreement] = [index, agreement];
    });
    left.splice(best, 1).forEach(take);
  }
}

/** On how many of the tracks and the chain the event's view of what was before agrees with the state. */
function agreementWith(event: Evidence, state: FoldState): number {
  let agreement = 0;
  TRACKS.forEach((track, index) => {
    const view = viewOf(event, track);
    const known = state.tracks[index]?.known;
    if (view && known && agrees(view, known)) agreement += 1;
  });
  const chain = event.updatedBefore ?? event.updatedAfter;
  return chain !== undefined && chain === state.updatedAfter ? agreement + 1 : agreement;
}

/** Before anything was taken: on how many tracks and the chain the view is what another event of the group leaves. */
function followsHowMuch(event: Evidence, group: readonly Evidence[]): number {
  const others = group.filter((other) => other !== event);
  const chain = event.updatedBefore ?? event.updatedAfter;
  const tracks = TRACKS.filter((track) => {
    const view = viewOf(event, track);
    return view && others.some((other) => other.tracks[track]?.a && agrees(view, other.tracks[track].a));
  });
  const chained = chain !== undefined && others.some((other) => other.updatedAfter === chain);
  return tracks.length + (chained ? 1 : 0);
}

function viewOf(event: Evidence, track: (typeof TRACKS)[number]): Parts | undefined {
  const evidence = event.tracks[track];
  return evidence?.b ?? evidence?.a;
}

function agrees(view: Parts, value: Parts): boolean {
  return hasKnownPart(view) && matchesParts(view, value);
}
