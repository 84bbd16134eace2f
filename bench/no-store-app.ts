// The peer of b: a process of the same platform and the same limits that takes the same requests, behind the same guards,
// reads each body whole and answers as ingest does, but looks at nothing and stores nothing.
import { Controller, Module, Post, Req, Res } from '@nestjs/common';
import {
  ingestConfig,
  loadConfig,
  ProblemError,
  RequireScope,
  runMain,
  startApp,
  TakesNoQuery,
} from '@libs/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { appOptions } from '../apps/ingest/src/app-options.js';
import { openBody } from '../apps/ingest/src/http/incoming-body.js';
import { readWhole } from '../apps/ingest/src/http/read-json-body.js';
import { resultText } from '../apps/ingest/src/http/result-json.js';
import { DEFAULT_LIMITS } from '../apps/ingest/src/ingest-limits.js';

const RESULT = resultText({
  outcome: 'appended',
  eventId: '00000000-0000-8000-8000-000000000000',
  accountId: '710001',
  agentId: '788157',
  revision: 1_000,
  position: 100_000n,
});
const ANSWER = `{"results":[${RESULT}],"appended":1,"duplicates":0,"quarantined":0}`;
const FREE = { take: () => undefined, release: () => undefined };

@Controller('v1/agent-updates')
class NoStoreController {
  @Post()
  @RequireScope('ingest')
  @TakesNoQuery()
  async post(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (!(request.body instanceof Readable)) throw new ProblemError('unsupported-media-type');
    const body = openBody(request.body, request.headers['content-encoding']);
    await readWhole(body.bytes, DEFAULT_LIMITS.maxJsonBytes, FREE);
    void reply.status(201).type('application/json; charset=utf-8').send(ANSWER);
  }
}

@Module({ controllers: [NoStoreController] })
class NoStoreModule {}

await runMain(async () => {
  const config = loadConfig(ingestConfig, process.env);
  await startApp(NoStoreModule, appOptions(config, DEFAULT_LIMITS));
});
