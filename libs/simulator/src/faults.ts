// What a feed can do to payloads, at which rates, and the count of what it did.

/** Shares of 0 to 1. Every one of them is rolled for each change of an agent (each *of* in the tally). */
export interface Faults {
  /** Never delivered. */
  readonly lost: number;
  /** Delivered again within the hour: the same request, or another one with the same `data`. */
  readonly doubled: number;
  /** Delivered a minute to a day and a half later. */
  readonly late: number;
  /** Delivered up to five seconds later: enough to change places with a neighbour. */
  readonly shuffled: number;
  /** Attributes that Freshworks derives are missing from the diff, where they changed; never in an agent's first change. */
  readonly derivedMissing: number;
  /** The diff's old sides are null, all but those of times; never in an agent's first change. */
  readonly unknownOld: number;
  /** Payloads of another product that come along. */
  readonly foreign: number;
}

export const NO_FAULTS: Faults = {
  lost: 0,
  doubled: 0,
  late: 0,
  shuffled: 0,
  derivedMissing: 0,
  unknownOld: 0,
  foreign: 0,
};

/** It hit `hit` of the `of` it could have hit. */
export interface FaultCount {
  of: number;
  hit: number;
}

/** Grows while the feed is read. `deliveries`: payloads that came out; `changes`: what truly happened. */
export type FeedTally = { readonly [F in keyof Faults]: FaultCount } & {
  changes: number;
  deliveries: number;
};

export function emptyTally(): FeedTally {
  const none = (): FaultCount => ({ of: 0, hit: 0 });
  return {
    ...{ changes: 0, deliveries: 0 },
    ...{ lost: none(), doubled: none(), late: none(), shuffled: none() },
    ...{ derivedMissing: none(), unknownOld: none(), foreign: none() },
  };
}
