// POST /v1/agent-updates: takes a body in and answers when it is durable. Judges no payload itself.
import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  apiProblems,
  CurrentPrincipal,
  LOGGER,
  ProblemError,
  RequireScope,
  TakesNoQuery,
  zodResponse,
  type Principal,
} from '@libs/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import type { Logger } from 'pino';
import { NDJSON } from './body-parsers.js';
import { InFlight, type Lease } from './in-flight.js';
import { openBody } from './incoming-body.js';
import { toRecordProblem } from './record-errors.js';
import { zBatchReply } from './result-json.js';
import { UpdateIntake } from './update-intake.js';

/** Of the answer, before the reading of the body waits for it to be read. */
const ANSWER_BUFFER_BYTES = 1024 * 1024;
const NDJSON_TYPE = /^application\/x-ndjson\s*(?:;|$)/i;

@ApiTags('agent updates')
@Controller('v1/agent-updates')
export class AgentUpdatesController {
  constructor(
    private readonly intake: UpdateIntake,
    private readonly inFlight: InFlight,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Post()
  @RequireScope('ingest')
  @TakesNoQuery()
  @ApiOperation({
    summary: 'Record one onAgentUpdate payload, an array of them, or NDJSON',
    description:
      'Answered when durable. NDJSON is answered line by line, the last line holds the counts; without it, send again. ' +
      'Bodies may be gzipped. Sending a payload again is safe: it is told as a duplicate.',
  })
  @ApiConsumes('application/json', NDJSON)
  @ApiBody({
    schema: { oneOf: [{ type: 'object' }, { type: 'array', items: { type: 'object' } }, { type: 'string' }] },
  })
  @zodResponse(200, zBatchReply, 'One duplicate, or a batch')
  @zodResponse(201, zBatchReply, 'One payload became an event')
  @zodResponse(422, zBatchReply, 'One payload is kept in quarantine, with its reason')
  @apiProblems(
    'invalid-parameters',
    'malformed-request',
    'unauthenticated',
    'missing-scope',
    'account-not-allowed',
    'body-too-large',
    'unsupported-media-type',
    'unsupported-encoding',
    'too-many-requests',
    'store-unavailable',
    'quarantine-full',
    'unavailable',
  )
  async post(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @CurrentPrincipal() principal: Principal,
  ): Promise<void> {
    if (!(request.body instanceof Readable)) {
      throw new ProblemError('unsupported-media-type', `Send application/json or ${NDJSON}.`);
    }
    const body = openBody(request.body, request.headers['content-encoding']);
    const isStream = NDJSON_TYPE.test(request.headers['content-type'] ?? '');
    let lease: Lease | undefined;
    const end = (): void => {
      lease?.release();
      body.discard();
    };
    try {
      lease = this.inFlight.enter(isStream ? 'stream' : 'json');
      if (isStream) {
        await this.answerNdjson(this.intake.takeNdjson(body.bytes, principal), reply, end);
        return;
      }
      const { status, text } = await this.intake.takeJson(body.bytes, principal, lease);
      end();
      void reply.status(status).type('application/json; charset=utf-8').send(text);
    } catch (error) {
      end();
      throw toRecordProblem(error);
    }
  }

  private async answerNdjson(
    pieces: AsyncGenerator<string, void>,
    reply: FastifyReply,
    end: () => void,
  ): Promise<void> {
    // The first piece decides: until it is there, a failure can still be answered with its status.
    const first = await pieces.next();
    const answer = Readable.from(resume(first, pieces, end), {
      objectMode: false,
      highWaterMark: ANSWER_BUFFER_BYTES,
    });
    answer.once('error', (error) =>
      this.logger.warn({ err: error }, 'an NDJSON answer ends without its last line'),
    );
    // However it ends; the sender may have gone before anything was read from it.
    answer.once('close', end);
    void reply.status(200).type(NDJSON).send(answer);
  }
}

/** What was taken from `pieces` already, then the rest; `end` runs when all has been said. */
async function* resume(
  first: IteratorResult<string, void>,
  pieces: AsyncGenerator<string, void>,
  end: () => void,
): AsyncGenerator<Buffer, void> {
  if (first.done !== true) yield Buffer.from(first.value);
  for await (const piece of pieces) yield Buffer.from(piece);
  end();
}
