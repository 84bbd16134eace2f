// Prometheus scrapes this. Only for a key that may see everything.
import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Registry } from 'prom-client';
import { RequireGlobalAdmin } from '../auth/access-policy.js';
import { METRICS } from '../tokens.js';

@ApiExcludeController()
@Controller()
export class MetricsController {
  constructor(@Inject(METRICS) private readonly metrics: Registry) {}

  @Get('metrics')
  @RequireGlobalAdmin()
  @Header('Content-Type', Registry.PROMETHEUS_CONTENT_TYPE)
  async scrape(): Promise<string> {
    return this.metrics.metrics();
  }
}
