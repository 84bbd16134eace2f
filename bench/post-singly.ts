// Sends payloads one by one, as the apps of many installations do together: over some connections at once.
import autocannon from 'autocannon';

export interface SingleAnswers {
  /** Monotonic ms from the first request to the last answer. */
  readonly ms: number;
  /** Of what was answered 201. */
  readonly eventIds: readonly string[];
  /** The 99th percentile of the time to an answer. */
  readonly p99Ms: number;
}

/** Sends `amount` of the payloads; there must be some more of them than that. Throws unless each is answered 201. */
export async function postSingly(
  app: string,
  payloads: readonly Buffer[],
  amount: number,
  connections: number,
): Promise<SingleAnswers> {
  const eventIds: string[] = [];
  let next = 0;
  const began = performance.now();
  const result = await autocannon({
    url: `${app}/v1/agent-updates`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    connections,
    amount,
    requests: [
      {
        setupRequest: (request) => {
          const body = payloads[next];
          next += 1;
          if (body === undefined) throw new Error('there are not enough payloads');
          return { ...request, body };
        },
        onResponse: (status, body) => {
          const [, id] = /"eventId":"([^"]+)"/.exec(body) ?? [];
          if (status === 201 && id !== undefined) eventIds.push(id);
        },
      },
    ],
  });
  const ms = performance.now() - began;
  if (eventIds.length !== amount) {
    throw new Error(`${eventIds.length} of ${amount} were answered 201, ${result.errors} failed`);
  }
  return { ms, eventIds, p99Ms: result.latency.p99 };
}
