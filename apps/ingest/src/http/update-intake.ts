// From a body to its answer: decodes, screens out accounts that are not the sender's, has the rest recorded.
// Knows bodies and answers, no request and no reply.
import { Inject, Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { mayAccess, ProblemError, SHUTDOWN_SIGNAL, type Principal } from '@libs/platform';
import type { Readable } from 'node:stream';
import type { IngestLimits } from '../ingest-limits.js';
import { IngestMetrics } from '../ingest-metrics.js';
import type { PayloadDecoder } from '../record-agent-update/payload-decoder.js';
import type { ReceivedUpdate } from '../record-agent-update/received-update.js';
import { RecordAgentUpdate, type Reception } from '../record-agent-update/record-agent-update.js';
import type { UpdateResult } from '../record-agent-update/update-result.js';
import { DECODER, LIMITS, NOW } from '../tokens.js';
import type { Lease } from './in-flight.js';
import { readNdjsonChunks } from './ndjson-chunks.js';
import { decodeJsonBody, readWhole } from './read-json-body.js';
import { recordNdjson } from './record-ndjson.js';
import { resultText, Tally } from './result-json.js';

export interface JsonAnswer {
  readonly status: 200 | 201 | 422;
  /** JSON, see `zBatchReply`. */
  readonly text: string;
}

@Injectable()
export class UpdateIntake {
  constructor(
    private readonly commands: CommandBus,
    private readonly metrics: IngestMetrics,
    @Inject(DECODER) private readonly decoder: PayloadDecoder,
    @Inject(LIMITS) private readonly limits: IngestLimits,
    @Inject(NOW) private readonly now: () => number,
    @Inject(SHUTDOWN_SIGNAL) private readonly stopping: AbortSignal,
  ) {}

  /** Throws `ProblemError`s for the body and what `RecordAgentUpdate` throws; then nothing is acknowledged. */
  async takeJson(body: Readable, principal: Principal, lease: Lease): Promise<JsonAnswer> {
    const bytes = await readWhole(body, this.limits.maxJsonBytes, lease);
    const receivedAt = this.now();
    const { isBatch, updates } = await decodeJsonBody(bytes, receivedAt, this.decoder, this.limits);
    this.refuseForeign(updates, principal);
    const tally = new Tally();
    const pieces: string[] = [];
    for (let from = 0; from < updates.length; from += this.limits.chunkUpdates) {
      const chunk = updates.slice(from, from + this.limits.chunkUpdates);
      for (const result of await this.record(chunk, { receivedAt, via: 'http' })) {
        tally.add(result);
        pieces.push(resultText(result));
      }
    }
    const counts = JSON.stringify(tally.toJson()).slice(1);
    return { status: isBatch ? 200 : statusOf(tally), text: `{"results":[${pieces.join(',')}],${counts}` };
  }

  /** The lines of the answer, as they become durable; see `recordNdjson`. */
  takeNdjson(body: Readable, principal: Principal): AsyncGenerator<string, void> {
    return recordNdjson({
      read: readNdjsonChunks(body, this.limits),
      decode: async (payloads, receivedAt) => {
        const decoded = await this.decoder.decode(payloads, receivedAt);
        return decoded.map((update) => screen(update, principal));
      },
      record: (updates, reception) => this.record(updates, reception),
      now: this.now,
      signal: this.stopping,
    });
  }

  private record(updates: readonly ReceivedUpdate[], reception: Reception): Promise<readonly UpdateResult[]> {
    return this.commands.execute(new RecordAgentUpdate(updates, reception));
  }

  /** Nothing of a JSON body is written when any of it is of an account outside the key's. */
  private refuseForeign(updates: readonly ReceivedUpdate[], principal: Principal): void {
    if (updates.every((update) => screen(update, principal) === update)) return;
    this.metrics.received.inc(updates.length);
    this.metrics.rejected.inc(updates.length);
    throw new ProblemError(
      'account-not-allowed',
      'The API key does not cover every account; nothing was written.',
    );
  }
}

function screen(update: ReceivedUpdate, principal: Principal): ReceivedUpdate {
  const { accountId } = update;
  if (accountId === null || mayAccess(principal, accountId)) return update;
  return { kind: 'rejected', accountId };
}

function statusOf(tally: Tally): JsonAnswer['status'] {
  const { appended, quarantined } = tally.toJson();
  if (quarantined > 0) return 422;
  return appended > 0 ? 201 : 200;
}
