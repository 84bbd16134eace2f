// A feed of the simulator as a sender holds it: exactly so many payloads, in pieces of NDJSON and one by one.
import { simulateFeed, type SimulationOptions } from '@libs/simulator';

const DAY = 86_400_000;
const PIECE_BYTES = 65_536;
/** A Monday: the benchmark's feeds end some time after it, in the past. */
export const FEED_FROM = Date.UTC(2026, 2, 2);

/** `payloads` of an ordinary contact centre without faults, so that every one of them becomes an event. */
export function simulatedLines(
  payloads: number,
  options: Pick<SimulationOptions, 'accountId' | 'agents' | 'callsPerHour'>,
): Buffer[] {
  const { arrivals } = simulateFeed({
    ...{ seed: 1, callsPerHour: 6, ...options, from: FEED_FROM, to: FEED_FROM + 400 * DAY },
  });
  const lines: Buffer[] = [];
  for (const { text } of arrivals) {
    lines.push(Buffer.from(`${text}\n`));
    if (lines.length === payloads) return lines;
  }
  throw new Error(`${options.agents} agents have only ${lines.length} changes in 400 days`);
}

/** The same bytes in pieces as a file is read in. */
export function inPieces(lines: readonly Buffer[]): Buffer[] {
  const whole = Buffer.concat(lines);
  const pieces: Buffer[] = [];
  for (let from = 0; from < whole.length; from += PIECE_BYTES) {
    pieces.push(whole.subarray(from, from + PIECE_BYTES));
  }
  return pieces;
}
