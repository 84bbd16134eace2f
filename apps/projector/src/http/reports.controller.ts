// The four reports of an account: checks what is asked, and asks.
import { Controller, Inject, Param, Query, UseGuards } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { ZodPipe } from '@libs/platform';
import type { z } from 'zod';
import {
  GetAcw,
  GetDataQuality,
  GetSessionsReport,
  GetTimeInStatus,
  type JsonText,
} from '../queries/read-model-query.js';
import { CLOCK, type Clock } from '../tokens.js';
import { AcceptsJsonGuard } from './accepts-json.guard.js';
import { AccountGet } from './account-get.js';
import { ClientGone } from './client-gone.js';
import {
  accountPath,
  acwQuery,
  dataQualityQuery,
  sessionsReportQuery,
  timeInStatusQuery,
} from './query-schemas.js';
import type { RawQuery } from './read-query.js';
import { readReport } from './read-requests.js';
import { acwReply, dataQualityReply, sessionsReportReply, timeInStatusReply } from './report-replies.js';

type Path = z.output<typeof accountPath>;
const PATH = new ZodPipe(accountPath);
const problems = ['query-too-large'] as const;

@ApiTags('reports')
@UseGuards(AcceptsJsonGuard)
@Controller('v1/accounts/:accountId/reports')
export class ReportsController {
  constructor(
    private readonly queries: QueryBus,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  @AccountGet('time-in-status', {
    summary: 'Time in each status, exact to the millisecond',
    query: timeInStatusQuery,
    reply: timeInStatusReply,
    problems,
  })
  timeInStatus(
    @Param(PATH) { accountId }: Path,
    @Query() raw: RawQuery,
    @ClientGone() gone: AbortSignal,
  ): Promise<JsonText> {
    const route = { name: 'time-in-status', schema: timeInStatusQuery, track: 'status' } as const;
    const asked = readReport(route, accountId, raw, this.now());
    return this.queries.execute(new GetTimeInStatus(asked, gone));
  }

  @AccountGet('acw', {
    summary: 'After call work and its share of the time signed in',
    query: acwQuery,
    reply: acwReply,
    problems,
  })
  acw(
    @Param(PATH) { accountId }: Path,
    @Query() raw: RawQuery,
    @ClientGone() gone: AbortSignal,
  ): Promise<JsonText> {
    const route = { name: 'acw', schema: acwQuery, track: 'status' } as const;
    const asked = readReport(route, accountId, raw, this.now());
    return this.queries.execute(new GetAcw(asked, gone));
  }

  @AccountGet('sessions', {
    summary: 'Time signed in, number of sessions, first sign-in and last sign-out',
    query: sessionsReportQuery,
    reply: sessionsReportReply,
    problems,
  })
  sessions(
    @Param(PATH) { accountId }: Path,
    @Query() raw: RawQuery,
    @ClientGone() gone: AbortSignal,
  ): Promise<JsonText> {
    const route = { name: 'sessions-report', schema: sessionsReportQuery, track: 'login' } as const;
    const asked = readReport(route, accountId, raw, this.now());
    return this.queries.execute(new GetSessionsReport(asked, gone));
  }

  @AccountGet('data-quality', {
    summary: 'How far the other reports can be trusted: gaps, doubtful time, late events, silence',
    query: dataQualityQuery,
    reply: dataQualityReply,
    problems,
  })
  dataQuality(
    @Param(PATH) { accountId }: Path,
    @Query() raw: RawQuery,
    @ClientGone() gone: AbortSignal,
  ): Promise<JsonText> {
    const route = { name: 'data-quality', schema: dataQualityQuery, track: 'status' } as const;
    const asked = readReport(route, accountId, raw, this.now());
    return this.queries.execute(new GetDataQuality(asked, gone));
  }
}
