// Which bodies are taken: JSON and NDJSON, nothing else. Agent updates are handed on as a stream; other routes take
// small JSON documents.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';

export const AGENT_UPDATES_PATH = '/v1/agent-updates';
export const NDJSON = 'application/x-ndjson';

const MAX_DOCUMENT_BYTES = 64 * 1024;

export function addBodyParsers(fastify: FastifyInstance): void {
  const parseDocument = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeContentTypeParser('application/json');
  fastify.addContentTypeParser('application/json', (request, payload, done) => {
    if (takesStream(request)) {
      done(null, payload);
      return;
    }
    readText(payload).then(
      (text) => {
        if (text === '') done(null, undefined);
        else void parseDocument(request, text, done);
      },
      (error: unknown) => done(error as Error, undefined),
    );
  });
  fastify.addContentTypeParser(NDJSON, (request, payload, done) => {
    if (takesStream(request)) done(null, payload);
    else done(unsupported(), undefined);
  });
}

const takesStream = (request: FastifyRequest): boolean => request.routeOptions.url === AGENT_UPDATES_PATH;

async function readText(payload: Readable): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of payload as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > MAX_DOCUMENT_BYTES) throw Object.assign(new Error('body too large'), { statusCode: 413 });
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

const unsupported = (): Error => Object.assign(new Error('unsupported media type'), { statusCode: 415 });
