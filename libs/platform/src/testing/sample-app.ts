// A small app with one route for each thing that the platform does, for its own specs.
import { Body, Controller, Get, Inject, Module, Param, Post, Query } from '@nestjs/common';
import { afterAll, afterEach } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import {
  createApp,
  createKey,
  CurrentPrincipal,
  HealthChecks,
  ProblemError,
  Public,
  RequireScope,
  SHUTDOWN_SIGNAL,
  TakesNoQuery,
  zId,
  zInstant,
  zLimit,
  ZodPipe,
  zodQuery,
  zRepeated,
  type Accounts,
  type CreatedApp,
  type Principal,
  type Scope,
} from '../index.js';

const query = z.strictObject({
  from: zInstant,
  limit: zLimit,
  agentId: zRepeated(zId),
});
const body = z.strictObject({ name: z.string() });

@Controller('v1')
export class SampleController {
  readonly requests = new EventEmitter();

  constructor(
    private readonly checks: HealthChecks,
    @Inject(SHUTDOWN_SIGNAL) private readonly stopping: AbortSignal,
  ) {}

  @Get('open')
  @Public()
  open(): unknown {
    return { stopping: this.stopping.aborted };
  }

  @Get('forgotten')
  forgotten(): unknown {
    return {};
  }

  @Get('accounts/:accountId/things')
  @RequireScope('read')
  @zodQuery(query)
  things(
    @Param('accountId') accountId: string,
    @Query(new ZodPipe(query)) asked: z.output<typeof query>,
    @CurrentPrincipal() principal: Principal,
  ): unknown {
    return { accountId, asked, keyId: principal.keyId };
  }

  @Post('things')
  @RequireScope('ingest')
  create(@Body(new ZodPipe(body, 'invalid-body')) given: z.output<typeof body>): unknown {
    return given;
  }

  @Get('busy')
  @Public()
  busy(): never {
    throw new ProblemError('store-unavailable', 'The disk is full.', {
      retryAfterSeconds: 7,
      extra: { hint: 'later', status: 1 },
    });
  }

  @Get('broken')
  @Public()
  broken(): never {
    throw new Error('agent-1-42 of jo@example.com broke');
  }

  @Get('slow')
  @Public()
  async slow(): Promise<unknown> {
    this.requests.emit('begun');
    if (!this.stopping.aborted) await once(this.stopping, 'abort');
    return {};
  }

  @Get('failing')
  @Public()
  async failing(): Promise<never> {
    await this.slow();
    throw new ProblemError('unavailable');
  }

  @Get('bare')
  @Public()
  @TakesNoQuery()
  bare(): unknown {
    return {};
  }

  @Get('unready')
  @Public()
  unready(): unknown {
    this.checks.register('sample', () => ({ ok: false, detail: 'still reading' }));
    return {};
  }
}

@Module({ controllers: [SampleController] })
class SampleModule {}

export const THINGS = '/v1/accounts/1/things?from=2026-03-02T09:00:00Z';

/** An app of its own for each test, closed after it. `lines`: what it logged. */
export function useSampleApp() {
  const directory = mkdtempSync(join(tmpdir(), 'platform-'));
  const keysFile = join(directory, 'keys.json');
  let created: CreatedApp | null = null;
  const lines: string[] = [];

  afterEach(async () => {
    await created?.close();
    created = null;
    lines.length = 0;
    await rm(keysFile, { force: true });
  });
  afterAll(() => rm(directory, { recursive: true }));

  const start = async (config: { host?: string; apiKeysFile?: string | null } = {}): Promise<CreatedApp> => {
    created = await createApp(SampleModule, {
      name: 'sample',
      config: { host: '127.0.0.1', port: 0, apiKeysFile: null, logLevel: 'info', ...config },
      bodyLimit: 1_000,
      openApi: { title: 'Sample', description: 'For the specs', version: '1' },
      logDestination: { write: (line) => void lines.push(line) },
    });
    return created;
  };
  const key = async (scopes: Scope[], accounts: Accounts = '*'): Promise<{ key: string; id: string }> => {
    const tools = { now: () => 0, randomBytes };
    const made = await createKey(keysFile, { name: 'test', scopes, accounts }, tools);
    return { key: made.key, id: made.record.id };
  };
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  return { start, key, bearer, keysFile, lines };
}
