// The only place that answers with an error: anything thrown in a request ends here as application/problem+json.
import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { RouteTable } from '../http/route-table.js';
import { problemDocument, toProblem } from './problem-document.js';
import { ProblemError } from './problem-error.js';

@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly routes: RouteTable,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(thrown, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  /** Answers, or cuts the connection when an answer has begun: half of one must not look whole. */
  answer(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const problem = this.refine(toProblem(thrown), request);
    if (problem.status >= 500) this.report(problem, request);
    if (reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    if (problem.retryAfterSeconds !== null) reply.header('Retry-After', String(problem.retryAfterSeconds));
    if (problem.code === 'unauthenticated') reply.header('WWW-Authenticate', 'Bearer');
    void reply
      .headers({ ...problem.headers })
      .status(problem.status)
      .type('application/problem+json')
      .send(Buffer.from(JSON.stringify(problemDocument(problem, request.id))));
  }

  /** A known path with another method is 405, not 404. */
  private refine(problem: ProblemError, request: FastifyRequest): ProblemError {
    if (problem.code !== 'not-found' || !request.is404) return problem;
    const allowed = this.routes.methodsOf(request.url);
    if (allowed.length === 0 || allowed.includes(request.method)) return problem;
    return new ProblemError('method-not-allowed', undefined, { headers: { Allow: allowed.join(', ') } });
  }

  private report(problem: ProblemError, request: FastifyRequest): void {
    const { code, detail, cause } = problem;
    const line = { requestId: request.id, code };
    if (code === 'internal-error') this.logger.error({ ...line, err: cause ?? problem }, 'request failed');
    else if (code === 'not-ready') this.logger.debug({ ...line, detail }, 'request refused');
    else this.logger.warn(cause === undefined ? line : { ...line, err: cause }, 'request refused');
  }
}
