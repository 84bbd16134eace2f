// Retries one quarantined payload. What is refused again is not quarantined again.
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { decodePayload } from '../record-agent-update/decode-payload.js';
import type { DecodedPayload } from '../record-agent-update/received-update.js';
import { UpdateRecorder } from '../record-agent-update/update-recorder.js';
import type { UpdateResult } from '../record-agent-update/update-result.js';
import { NOW } from '../tokens.js';
import type { QuarantineItemWithRaw } from './quarantine-item.js';
import { QuarantineStore } from './quarantine-store.js';
import { RetryQuarantined } from './retry-quarantined.js';

@CommandHandler(RetryQuarantined)
export class RetryQuarantinedHandler implements ICommandHandler<RetryQuarantined> {
  constructor(
    private readonly quarantine: QuarantineStore,
    private readonly recorder: UpdateRecorder,
    @Inject(NOW) private readonly now: () => number,
  ) {}

  async execute({ item }: RetryQuarantined): Promise<UpdateResult> {
    const received = decodeAgain(item);
    if (received.kind === 'refused') {
      const { code, detail, accountId } = received;
      return { outcome: 'quarantined', code, detail, accountId, quarantineId: String(item.id) };
    }
    const { receivedAt, via, kafka } = item;
    const reception = { receivedAt, via, ...(kafka === null ? {} : { kafka }) };
    const [result] = await this.recorder.record([received], reception);
    if (result === undefined) throw new Error('the recorder left a payload unanswered');
    if (result.outcome === 'appended' || result.outcome === 'duplicate') {
      this.quarantine.resolve(item.id, result.eventId, this.now());
    }
    return result;
  }
}

function decodeAgain({ raw, form, isTruncated, receivedAt }: QuarantineItemWithRaw): DecodedPayload {
  // The secrets are cut from what is kept, so only the mark tells that the end is missing.
  const totalBytes = isTruncated ? raw.length + 1 : raw.length;
  return decodePayload({ bytes: raw, form, totalBytes }, receivedAt);
}
