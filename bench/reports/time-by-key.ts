// Who spent how long in which status: the part of an answer that every peer can give, in a form that can be compared.
import { deepStrictEqual } from 'node:assert/strict';
import type { TrueTimeline } from '@libs/simulator';

/** `[from, to)`, UTC epoch ms. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** An agent's id, a key and the ms of it; with buckets, of the one that begins then. */
export type KeyTime = readonly [agent: number, key: string, ms: number, bucketStart?: number];

export interface MeasuredAnswer {
  readonly ms: number;
  readonly times: readonly KeyTime[];
}

/** What else can answer how long everybody was in which status in a window. */
export interface ReportPeer {
  /** One agent after the other, in the order of their ids. */
  add(timeline: TrueTimeline): Promise<void> | void;
  /** Nothing is added any more. */
  finish(): Promise<void> | void;
  answer(window: Window): Promise<MeasuredAnswer> | MeasuredAnswer;
  close(): Promise<void> | void;
}

/** Throws where two answers differ. A key without time may be told or left out. */
export function expectSameTimes(found: readonly KeyTime[], expected: readonly KeyTime[], what: string): void {
  deepStrictEqual(byName(found), byName(expected), `what ${what} answers`);
}

function byName(times: readonly KeyTime[]): Map<string, number> {
  const named = times.flatMap(([agent, key, ms, bucketStart]): [string, number][] =>
    ms === 0 ? [] : [[`${agent} ${key} ${bucketStart ?? ''}`, ms]],
  );
  return new Map(named.sort(([one], [other]) => (one < other ? -1 : 1)));
}
