// The command: make events of these payloads, in this order, and say what became of each once that is durable.
import { Command } from '@nestjs/cqrs';
import type { AgentUpdatedMetadata } from '@libs/domain';
import type { ReceivedUpdate } from './received-update.js';
import type { UpdateResult } from './update-result.js';

/** How a payload came in; `receivedAt` in epoch ms. */
export type Reception = Pick<AgentUpdatedMetadata, 'receivedAt' | 'via' | 'kafka'>;
/** One for all payloads of a chunk, or one each, in order. */
export type Receptions = Reception | readonly Reception[];

export function receptionAt(receptions: Receptions, index: number): Reception {
  const one = isList(receptions) ? receptions[index] : receptions;
  if (one === undefined) throw new Error('a payload came without its reception');
  return one;
}

const isList = (receptions: Receptions): receptions is readonly Reception[] => Array.isArray(receptions);

/**
 * One payload or a chunk of many; one result each, in order. Throws `EventStoreError` (`store-unavailable`) or
 * `QuarantineError` when nothing of it is acknowledged: sending it again is safe.
 */
export class RecordAgentUpdate extends Command<readonly UpdateResult[]> {
  constructor(
    readonly updates: readonly ReceivedUpdate[],
    readonly receptions: Receptions,
  ) {
    super();
  }
}
