// `?` as PostgreSQL has it: `$1`, `$2` …. What stands in quotes is left alone.

const QUOTED_OR_PLACE = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\?/g;
const known = new Map<string, string>();

export function numbered(statement: string): string {
  let text = known.get(statement);
  if (text === undefined) {
    let places = 0;
    text = statement.replace(QUOTED_OR_PLACE, (found) => (found === '?' ? `$${(places += 1)}` : found));
    known.set(statement, text);
  }
  return text;
}
