// What arrives, in the forms that are asked for: parsed payloads, or NDJSON in pieces to write.
import type { JsonObject } from '@libs/domain';
import type { Arrival } from './feed.js';

export function* payloadsOf(arrivals: Iterable<Arrival>): Generator<JsonObject, void> {
  for (const { text } of arrivals) yield JSON.parse(text) as JsonObject;
}

/** Whole lines, at least `minChars` characters a piece but for the last. */
export function* ndjsonChunks(arrivals: Iterable<Arrival>, minChars = 65_536): Generator<string, void> {
  let lines: string[] = [];
  let chars = 0;
  for (const { text } of arrivals) {
    lines.push(text, '\n');
    chars += text.length + 1;
    if (chars < minChars) continue;
    yield lines.join('');
    lines = [];
    chars = 0;
  }
  if (chars > 0) yield lines.join('');
}
