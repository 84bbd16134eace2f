// Has the refused updates of a batch kept in quarantine, in transactions short enough for the main thread.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RefusalReceived } from '../quarantine/quarantine-item.js';
import type { Quarantine } from '../quarantine/quarantine.js';
import { takeUpTo, type Chunk } from './chunk.js';
import { receptionAt } from './record-agent-update.js';

/** Of one transaction: each costs several times what an event costs. */
const MAX_UPDATES = 250;

/** Refused updates of one chunk, and where in it they stand. */
interface Group {
  readonly chunk: Chunk;
  readonly refused: readonly { readonly index: number; readonly received: RefusalReceived }[];
}

/**
 * Notes each result, or the failure, in its chunk; the event loop turns after every transaction. Of a chunk that fails
 * some may be kept: sent again they are the same items.
 */
export async function keepRefused(
  quarantine: Pick<Quarantine, 'keep'>,
  batch: readonly Chunk[],
): Promise<void> {
  const groups = batch.flatMap(groupsOf);
  while (groups.length > 0) {
    await keep(
      quarantine,
      takeUpTo(MAX_UPDATES, groups, ({ refused }) => refused.length),
    );
    await nextTurn();
  }
}

function groupsOf(chunk: Chunk): Group[] {
  const refused = chunk.updates.flatMap((one, index) =>
    one.kind === 'refused'
      ? [{ index, received: { refusal: one, reception: receptionAt(chunk.receptions, index) } }]
      : [],
  );
  const groups: Group[] = [];
  for (let from = 0; from < refused.length; from += MAX_UPDATES) {
    groups.push({ chunk, refused: refused.slice(from, from + MAX_UPDATES) });
  }
  return groups;
}

async function keep(quarantine: Pick<Quarantine, 'keep'>, groups: readonly Group[]): Promise<void> {
  const kept = await quarantine.keep(groups.map(({ refused }) => refused.map(({ received }) => received)));
  groups.forEach(({ chunk, refused }, group) => {
    const result = kept[group];
    if (result === undefined || 'error' in result) {
      chunk.failure = result?.error ?? new Error('the quarantine left a group unanswered');
      return;
    }
    refused.forEach(({ index, received: { refusal } }, at) => {
      const { accountId, code, detail } = refusal;
      const quarantineId = result.ids[at] ?? '';
      chunk.results[index] = { outcome: 'quarantined', accountId, code, detail, quarantineId };
    });
  });
}
