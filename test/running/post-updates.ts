// Posts payloads to the ingest app in each of the three forms, and tells which were acknowledged. An answer that breaks off
// is no failure here: what was answered before it counts. A status that a client cannot expect throws.
import { z } from 'zod';

const zAcknowledgement = z.object({
  outcome: z.enum(['appended', 'duplicate', 'quarantined']),
  eventId: z.string().nullable(),
  position: z.string().nullable(),
  code: z.string().nullable(),
  quarantineId: z.string().nullable(),
});
const zCounts = z.object({ appended: z.int(), duplicates: z.int(), quarantined: z.int() });
const zBatch = z.object({ results: z.array(zAcknowledgement), ...zCounts.shape });

export type Acknowledgement = z.output<typeof zAcknowledgement>;
export type Form = 'one' | 'array' | 'ndjson';

export interface Answer {
  /** Those of the first payloads, in order; all of them when `isWhole`. */
  readonly acknowledged: readonly Acknowledgement[];
  readonly isWhole: boolean;
}

const NOTHING: Answer = { acknowledged: [], isWhole: false };
const STATUS_OF_ONE = { appended: 201, duplicate: 200, quarantined: 422 };

/** `texts`: payloads as JSON; with form `one` exactly one. Throws on a wrong status, form or count. */
export async function postUpdates(ingest: string, form: Form, texts: readonly string[]): Promise<Answer> {
  const url = `${ingest}/v1/agent-updates`;
  const isStream = form === 'ndjson';
  const headers = { 'content-type': isStream ? 'application/x-ndjson' : 'application/json' };
  const body = isStream ? texts.join('\n') : form === 'array' ? `[${texts.join(',')}]` : texts[0];
  const reply = await fetch(url, { method: 'POST', headers, body: body ?? '' }).catch(() => null);
  if (reply === null || reply.status === 503) return NOTHING;
  if (isStream) return readLines(reply, texts.length);
  const text = await reply.text().catch(() => null);
  if (text === null) return NOTHING;
  const { results, ...counts } = read(zBatch, text);
  const expected = form === 'one' ? STATUS_OF_ONE[results[0]?.outcome ?? 'appended'] : 200;
  if (reply.status !== expected) throw new Error(`answered ${reply.status} instead of ${expected}: ${text}`);
  check(results, counts, texts.length);
  return { acknowledged: results, isWhole: true };
}

async function readLines(reply: Response, count: number): Promise<Answer> {
  if (reply.status !== 200) throw new Error(`NDJSON was answered ${reply.status}: ${await reply.text()}`);
  const lines = await wholeLines(reply);
  const acknowledged = lines.slice(0, count).map((line) => read(zAcknowledgement, line));
  const last = lines[count];
  if (last === undefined) return { acknowledged, isWhole: false };
  check(acknowledged, read(zCounts, last), count);
  return { acknowledged, isWhole: true };
}

/** As many as came with their end before the answer ended or broke off. */
async function wholeLines(reply: Response): Promise<string[]> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const chunk of reply.body ?? []) text += decoder.decode(chunk as Uint8Array, { stream: true });
  } catch {
    // The app was killed: what came until then was acknowledged.
  }
  return text.split('\n').slice(0, -1);
}

/** I1 as a client sees it: what went in is what is told, by outcome. */
function check(results: readonly Acknowledgement[], counts: z.output<typeof zCounts>, sent: number): void {
  const count = (outcome: Acknowledgement['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length;
  const found = [results.length, count('appended'), count('duplicate'), count('quarantined')];
  const told = [sent, counts.appended, counts.duplicates, counts.quarantined];
  if (String(found) !== String(told)) throw new Error(`counted ${String(found)}, told ${String(told)}`);
}

function read<T>(schema: z.ZodType<T>, text: string): T {
  const parsed = schema.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(`not an answer: ${text}`);
  return parsed.data;
}
