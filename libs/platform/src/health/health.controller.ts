// Alive: the process answers. Ready: every named check holds.
import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../auth/access-policy.js';
import { ProblemError } from '../problems/problem-error.js';
import { HealthChecks, type NamedCheckResult } from './health-checks.js';

const RETRY_AFTER_SECONDS = 1;

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(private readonly checks: HealthChecks) {}

  @Get('live')
  @Public()
  @ApiOperation({ summary: 'The process answers' })
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  @Get('ready')
  @Public()
  @ApiOperation({ summary: 'Every check holds; else 503 not-ready with the checks' })
  async ready(): Promise<{ status: 'ready'; checks: readonly NamedCheckResult[] }> {
    const { ok, checks } = await this.checks.run();
    if (ok) return { status: 'ready', checks };
    const failed = checks.filter((check) => !check.ok).map(({ name }) => name);
    throw new ProblemError('not-ready', `Not ready: ${failed.join(', ')}.`, {
      extra: { checks },
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }
}
