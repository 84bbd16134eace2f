// The command: decode what is in quarantine again, as received then, for instance after the decoder was mended.
import { Command } from '@nestjs/cqrs';
import type { UpdateResult } from '../record-agent-update/update-result.js';
import type { QuarantineItemWithRaw } from './quarantine-item.js';

/** `appended` or `duplicate`: the item is resolved. `quarantined`: it stays as it is. Throws as `RecordAgentUpdate`. */
export class RetryQuarantined extends Command<UpdateResult> {
  constructor(readonly item: QuarantineItemWithRaw) {
    super();
  }
}
