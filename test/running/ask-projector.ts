// Asks the projector over REST: waits for positions as a client would, follows cursors to the last page.
import { z } from 'zod';

const MOST_PAGES = 1_000;
/** Each waits some seconds itself. */
const MOST_WAITS = 10;

export type Parameters = Readonly<Record<string, string>>;

const zBody = z.looseObject({ nextCursor: z.string().nullable().optional() });
type Body = z.output<typeof zBody>;

/** One reply. While the read model has not reached `minPosition`, asks again. Throws at last, and on any other failure. */
export async function ask(projector: string, path: string, parameters: Parameters = {}): Promise<Body> {
  const url = `${projector}${path}?${String(new URLSearchParams(parameters))}`;
  for (let waits = 0; ; waits += 1) {
    const reply = await fetch(url);
    const body: unknown = await reply.json();
    if (reply.status === 200) return zBody.parse(body);
    const isBehind = z.object({ code: z.literal('position-not-reached') }).safeParse(body).success;
    if (!isBehind || waits === MOST_WAITS)
      throw new Error(`${url} was answered ${reply.status}: ${JSON.stringify(body)}`);
  }
}

/** All pages as one: the lists named `list` joined, everything else from the first page. */
export async function askAllPages(
  projector: string,
  path: string,
  parameters: Parameters,
  list: string,
): Promise<Body & { readonly pages: number }> {
  const first = await ask(projector, path, parameters);
  const items = [...(first[list] as unknown[])];
  let pages = 1;
  for (let cursor = first.nextCursor; typeof cursor === 'string'; pages += 1) {
    if (pages === MOST_PAGES) throw new Error(`${path} has no last page`);
    const page = await ask(projector, path, { cursor });
    items.push(...(page[list] as unknown[]));
    cursor = page.nextCursor;
  }
  return { ...first, [list]: items, pages };
}
