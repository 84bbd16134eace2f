// The way of every question to the read model: wait for the position asked for, ask a reader, measure, and turn what
// went wrong into a problem. Never touches the database itself.
import { Inject, Injectable } from '@nestjs/common';
import { accountNotFound, invalidParameters, ProblemError, SHUTDOWN_SIGNAL } from '@libs/platform';
import type { QueryName } from '@libs/read-models';
import { ProjectionMonitor } from '../project/projection-monitor.js';
import { ProjectorMetrics } from '../projector-metrics.js';
import { RUNTIME, type ProjectorRuntime } from '../projector-runtime.js';
import { QueryAbandonedError, QueryTimeoutError, ReaderBusyError } from './query-reader.js';
import type { JsonText } from './read-model-query.js';
import type { AskedRead, ReadAnswer, ReadRefusal, ReadRequest } from './read-request.js';

const RETRY_AFTER_SECONDS = 1;
/** The same query again will hardly be faster, unless the machine was busy. */
const RETRY_AFTER_TIMEOUT_SECONDS = 30;

@Injectable()
export class ReadModelReader {
  constructor(
    @Inject(RUNTIME) private readonly runtime: ProjectorRuntime,
    private readonly projection: ProjectionMonitor,
    private readonly metrics: ProjectorMetrics,
    @Inject(SHUTDOWN_SIGNAL) private readonly stopping: AbortSignal,
  ) {}

  /** Throws `ProblemError` for everything a client can be told. */
  async answer<Name extends QueryName>(
    { request, minPosition }: AskedRead<Name>,
    gone: AbortSignal,
  ): Promise<JsonText> {
    if (!this.projection.opened) throw readModelUnavailable();
    if (minPosition !== null) await this.waitFor(minPosition);
    const answer = await this.metrics.timeQuery(request.name, () => this.ask(request, gone));
    if (!(answer instanceof Uint8Array)) throw problemOf(answer);
    return Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength);
  }

  private async waitFor(position: bigint): Promise<void> {
    if (await this.projection.reaches(position, this.runtime.positionWaitMs)) return;
    throw new ProblemError('position-not-reached', undefined, { retryAfterSeconds: RETRY_AFTER_SECONDS });
  }

  private async ask<Name extends QueryName>(
    request: ReadRequest<Name>,
    gone: AbortSignal,
  ): Promise<ReadAnswer> {
    try {
      return await this.runtime.reader.ask(request, gone);
    } catch (error) {
      if (error instanceof QueryAbandonedError) throw new ProblemError('client-gone');
      if (error instanceof QueryTimeoutError) {
        this.metrics.timedOut(request.name);
        throw queryTimeout(error);
      }
      // Whatever else fails while readers are being closed fails because of that.
      if (this.stopping.aborted) throw stoppingProblem(error);
      if (!(error instanceof ReaderBusyError)) throw error;
      throw new ProblemError('busy', undefined, { retryAfterSeconds: RETRY_AFTER_SECONDS, cause: error });
    }
  }
}

function problemOf({ refused, message, parameter }: ReadRefusal): ProblemError {
  switch (refused) {
    case 'account-not-found':
      return accountNotFound();
    case 'agent-not-found':
      return new ProblemError('agent-not-found');
    case 'query-too-large':
      return new ProblemError('query-too-large', message);
    case 'invalid-parameters':
      return invalidParameters([{ name: parameter ?? 'query', message }]);
    case 'read-model-unavailable':
      return readModelUnavailable(message);
    case 'store-unavailable':
      return new ProblemError('store-unavailable', undefined, {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
        cause: message,
      });
    default:
      throw new Error(`no such refusal: ${String(refused satisfies never)}`);
  }
}

const stoppingProblem = (cause: unknown): ProblemError =>
  new ProblemError('unavailable', 'The app is stopping.', { retryAfterSeconds: RETRY_AFTER_SECONDS, cause });

const queryTimeout = (cause: QueryTimeoutError): ProblemError =>
  new ProblemError(
    'query-timeout',
    `The answer takes longer than ${cause.limitMs / 1_000} s. Ask for less: a shorter window, longer buckets, fewer agents.`,
    { retryAfterSeconds: RETRY_AFTER_TIMEOUT_SECONDS, cause },
  );

const readModelUnavailable = (cause?: string): ProblemError =>
  new ProblemError('read-model-unavailable', undefined, { retryAfterSeconds: RETRY_AFTER_SECONDS, cause });
