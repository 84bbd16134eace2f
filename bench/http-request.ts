// One request on a connection that is kept open, as a client of a service makes it; cheaper than fetch, so that what is
// measured is the service.
import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';

const AGENT = new Agent({ keepAlive: true, maxSockets: 64 });

export class HttpStatusError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** GET, or with a JSON body POST. Throws `HttpStatusError` on any status that is not 2xx. */
export async function httpRequest(url: string, body?: Uint8Array): Promise<Buffer> {
  const headers =
    body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length };
  const sent = request(url, { agent: AGENT, method: body === undefined ? 'GET' : 'POST', headers });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const pieces: Buffer[] = [];
  for await (const piece of answer as AsyncIterable<Buffer>) pieces.push(piece);
  const whole = Buffer.concat(pieces);
  const { statusCode = 0 } = answer;
  if (statusCode < 200 || statusCode > 299) {
    const answered = `${new URL(url).pathname} was answered ${statusCode}`;
    throw new HttpStatusError(statusCode, `${answered}: ${whole.toString().slice(0, 500)}`);
  }
  return whole;
}

export async function getJson<Reply>(url: string): Promise<Reply> {
  return JSON.parse((await httpRequest(url)).toString()) as Reply;
}

/** The same, asked again for as long as the service is not ready to answer (503). */
export async function getJsonOnceReady<Reply>(url: string): Promise<Reply> {
  for (;;) {
    try {
      return await getJson<Reply>(url);
    } catch (error) {
      if (!(error instanceof HttpStatusError && error.status === 503)) throw error;
    }
  }
}

/** A metric of an app without labels of its own. Throws when there is none. */
export async function readMetric(app: string, name: string): Promise<number> {
  const text = (await httpRequest(`${app}/metrics`)).toString();
  const [, value] = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text) ?? [];
  if (value === undefined) throw new Error(`no metric ${name}`);
  return Number(value);
}
