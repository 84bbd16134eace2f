// GET /v1/audit/bundle: evidence for somebody who does not trust us. It holds whole events, personal data included.
import { Controller, Get, Inject, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import { apiProblems, LOGGER, ProblemError, RequireGlobalAdmin, ZodPipe, zodQuery } from '@libs/platform';
import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import type { Logger } from 'pino';
import { AuditTrail } from '../audit/audit-trail.js';
import { zBundleRange, type BundleRange } from '../audit/bundle-range.js';
import { NDJSON } from './body-parsers.js';

@ApiTags('audit')
@Controller('v1/audit')
export class AuditController {
  constructor(
    private readonly audit: AuditTrail,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Get('bundle')
  @RequireGlobalAdmin()
  @ApiOperation({
    summary: 'Events with the signed digests and inclusion proofs that vouch for them',
    description:
      'Digests of everything recorded so far are written first. NDJSON: what was asked for, all keys and digests, the events, and a ' +
      'last line of kind `end`, without which it is not whole. docs/audit.md has the format.',
  })
  @zodQuery(zBundleRange)
  @ApiProduces(NDJSON)
  @ApiResponse({ status: 200, description: 'An audit bundle' })
  @apiProblems('invalid-parameters', 'unauthenticated', 'missing-scope', 'not-found')
  async bundle(
    @Query(new ZodPipe(zBundleRange)) range: BundleRange,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const lines = await this.audit.bundle(range);
    if (lines === null) {
      throw new ProblemError('not-found', 'There are no digests: there is no key to sign them with.');
    }
    const answer = Readable.from(lines, { objectMode: false });
    answer.once('error', (error) => this.logger.warn({ err: error }, 'a bundle ends without its last line'));
    void reply.status(200).type(NDJSON).send(answer);
  }
}
