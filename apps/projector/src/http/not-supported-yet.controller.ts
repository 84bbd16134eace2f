// Routes that are announced but not there yet: whoever calls one is told so, and not that the address is wrong.
import { Controller, Get, Post } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { ProblemError, RequireGlobalAdmin, RequireScope } from '@libs/platform';

@ApiExcludeController()
@Controller('v1')
export class NotSupportedYetController {
  @Get('accounts/:accountId/agents/:agentId/explain')
  @RequireScope('read')
  explain(): never {
    throw notYet('Explaining an agent’s time');
  }

  @Get('accounts/:accountId/changes')
  @RequireScope('read')
  changes(): never {
    throw notYet('The list of changes');
  }

  @Get('accounts/:accountId/live/stream')
  @RequireScope('read')
  liveStream(): never {
    throw notYet('The live stream');
  }

  @Post('projections/rebuild')
  @RequireGlobalAdmin()
  rebuild(): never {
    throw notYet('Rebuilding a projection');
  }
}

const notYet = (what: string): ProblemError =>
  new ProblemError('not-supported-yet', `${what} is not supported yet; a later version will have it.`);
