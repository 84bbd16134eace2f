// Lists of parameters in a few fixed lengths, so that few statement texts are ever prepared.
import type { CutRequest } from '@libs/domain';

/** The row number of each agent by its id. */
export type AgentNumbers = ReadonlyMap<string, number>;

const SIZES = [1, 2, 16, 128, 512] as const;
const MOST = 512;

/** A row number that no agent has. */
export const NO_AGENT = -1;

export interface PaddedList {
  readonly list: readonly number[];
  /** Where the list starts within all the values. */
  readonly offset: number;
}

/** Splits values into lists of at most 512; the rest of a list is `filler`, which must find nothing. */
export function* paddedLists(values: readonly number[], filler: number): Generator<PaddedList> {
  for (let offset = 0; offset < values.length; offset += MOST) {
    const list = values.slice(offset, offset + MOST);
    const size = SIZES.find((one) => one >= list.length) ?? MOST;
    while (list.length < size) list.push(filler);
    yield { list, offset };
  }
}

/** `?, ?, ?` for as many values. */
export function places(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}

/** A further condition on a series, if only some keys are wanted. */
export function onlyKeys(keys: readonly string[] | undefined): string {
  return keys ? `AND series.key IN (${places(keys)})` : '';
}

/** Agents that are cut alike are asked for together. */
export function agentsByCuts(requests: readonly CutRequest[]): Map<readonly number[], string[]> {
  const groups = new Map<readonly number[], string[]>();
  for (const { cuts, agentId } of requests) {
    const group = groups.get(cuts);
    if (group) group.push(agentId);
    else groups.set(cuts, [agentId]);
  }
  return groups;
}
