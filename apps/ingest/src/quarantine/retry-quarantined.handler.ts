// Retries one quarantined payload. What is refused again is not quarantined again, and what is not kept whole is never
// decoded: it could be taken for another payload than was sent.
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { decodePayload } from '../record-agent-update/decode-payload.js';
import { UpdateRecorder } from '../record-agent-update/update-recorder.js';
import type { UpdateResult } from '../record-agent-update/update-result.js';
import { NOW, QUARANTINE } from '../tokens.js';
import type { Quarantine } from './quarantine.js';
import { RetryQuarantined } from './retry-quarantined.js';

@CommandHandler(RetryQuarantined)
export class RetryQuarantinedHandler implements ICommandHandler<RetryQuarantined> {
  constructor(
    @Inject(QUARANTINE) private readonly quarantine: Quarantine,
    private readonly recorder: UpdateRecorder,
    @Inject(NOW) private readonly now: () => number,
  ) {}

  async execute({ item }: RetryQuarantined): Promise<UpdateResult> {
    const { raw, form, receivedAt } = item;
    const received = item.isTruncated
      ? { kind: 'refused' as const, ...item }
      : decodePayload({ bytes: raw, form, totalBytes: raw.length }, receivedAt);
    if (received.kind === 'refused') {
      const { code, detail, accountId } = received;
      return { outcome: 'quarantined', code, detail, accountId, quarantineId: String(item.id) };
    }
    const { via, kafka } = item;
    const reception = { receivedAt, via, ...(kafka === null ? {} : { kafka }) };
    const [result] = await this.recorder.record([received], reception);
    if (result === undefined) throw new Error('the recorder left a payload unanswered');
    if (result.outcome === 'appended' || result.outcome === 'duplicate') {
      await this.quarantine.resolve(item.id, result.eventId, this.now());
    }
    return result;
  }
}
