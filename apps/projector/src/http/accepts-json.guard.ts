// Replies are JSON and nothing else yet: whoever asks for another form alone is told so, not given JSON all the same.
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ProblemError } from '@libs/platform';
import type { FastifyRequest } from 'fastify';

const JSON_RANGES = new Set(['application/json', 'application/*', '*/*']);

@Injectable()
export class AcceptsJsonGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { accept } = context.switchToHttp().getRequest<FastifyRequest>().headers;
    if (acceptsJson(accept)) return true;
    throw new ProblemError('not-acceptable', 'The only representation is application/json.');
  }
}

/** Whether an Accept header (absent: anything) has room for JSON. */
export function acceptsJson(accept: string | undefined): boolean {
  if (accept === undefined || accept.trim() === '') return true;
  return accept.split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    return JSON_RANGES.has(type) && !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
  });
}
