// Sends NDJSON as a bulk sender does: one request, as fast as it is taken. Keeps of the answer what a sender needs.
import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';

const NEWLINE = 0x0a;

export interface NdjsonAnswer {
  /** Monotonic ms from the first byte sent to the last one received. */
  readonly ms: number;
  readonly appended: number;
  readonly duplicates: number;
  readonly quarantined: number;
}

/** `pieces`: `lines` whole lines together. Throws unless every line was answered and the counts came last. */
export async function postNdjson(
  app: string,
  pieces: readonly Buffer[],
  lines: number,
): Promise<NdjsonAnswer> {
  const began = performance.now();
  const sent = request(`${app}/v1/agent-updates`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
  });
  const [{ status, count, last }] = await Promise.all([readAnswer(sent), send(sent, pieces)]);
  const ms = performance.now() - began;
  if (status !== 200 || count !== lines + 1) {
    throw new Error(`${lines} lines were answered ${status} with ${count} lines, the last: ${last}`);
  }
  return { ...(JSON.parse(last) as Omit<NdjsonAnswer, 'ms'>), ms };
}

async function send(sent: ClientRequest, pieces: readonly Buffer[]): Promise<void> {
  for (const piece of pieces) {
    if (!sent.write(piece)) await once(sent, 'drain');
  }
  sent.end();
}

async function readAnswer(
  sent: ClientRequest,
): Promise<{ readonly status: number; readonly count: number; readonly last: string }> {
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  let count = 0;
  // The last piece alone can hold the last line whole: it is short, and written by itself.
  let end = '';
  for await (const piece of answer as AsyncIterable<Buffer>) {
    for (let at = piece.indexOf(NEWLINE); at !== -1; at = piece.indexOf(NEWLINE, at + 1)) count += 1;
    end = (end + piece.toString('latin1', Math.max(0, piece.length - 1_024))).slice(-1_024);
  }
  return { status: answer.statusCode ?? 0, count, last: end.trimEnd().split('\n').at(-1) ?? '' };
}
