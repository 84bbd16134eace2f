// Names that reports give keys and teams: those of the latest event that had one (`at`, then smallest fingerprint), and
// what they were as the log grew. Events are offered in the order of the log; how often one is makes no difference.
import { createHash } from 'node:crypto';
import { keyOf, TRACKS, type Evidence } from '@libs/domain';
import { UNNAMED_AT } from '../schema.js';
import type { SqlRow } from '../sql.js';

/** `kind` is a track, or `team`. */
export interface LabelKey {
  readonly account: string;
  readonly kind: string;
  readonly key: string;
}

export interface Label extends LabelKey {
  readonly at: number;
  readonly fingerprint: string;
  /** Null for a team that has had no name yet. */
  readonly label: string | null;
}

export interface LabelOffer extends Label {
  /** The position of the event that makes it. */
  readonly event: number;
}

/** Longer keys are told apart by their digest: PostgreSQL's index entries end at about 2,700 bytes. */
const LONGEST_KEY_ID = 250;

/** What an event names. */
export function labelOffers(account: string, event: number, evidence: Evidence): LabelOffer[] {
  const { at, fingerprint } = evidence;
  const offers: LabelOffer[] = [];
  for (const track of TRACKS) {
    const after = evidence.tracks[track]?.a;
    if (after?.name === undefined) continue;
    const key = keyOf(track, after);
    offers.push({ account, kind: track, key, at, fingerprint, label: after.name, event });
  }
  for (const { id: key, name } of evidence.teams ?? []) {
    const named =
      name === undefined
        ? { at: UNNAMED_AT, fingerprint: '', label: null }
        : { at, fingerprint, label: name };
    offers.push({ account, kind: 'team', key, ...named, event });
  }
  return offers;
}

export class LabelBook {
  private readonly labels = new Map<string, Label>();
  private readonly moved = new Map<string, Label>();
  private history: SqlRow[] = [];

  /** Of what was offered or noted. */
  get size(): number {
    return this.labels.size;
  }

  get(key: LabelKey): Label | undefined {
    return this.labels.get(labelName(key));
  }

  /** Takes over what the tables hold. */
  note(label: Label): void {
    this.labels.set(labelName(label), label);
  }

  /** In the order of the log, and only once what the tables hold of the key was noted. */
  offer(offer: LabelOffer): void {
    const name = labelName(offer);
    const best = this.labels.get(name);
    if (best && !isLaterLabel(offer, best)) return;
    this.labels.set(name, offer);
    this.moved.set(name, offer);
    if (best?.label === offer.label) return;
    const { account, kind, key, event, label } = offer;
    this.history.push([account, kind, keyIdOf(key), event, label]);
  }

  /** The rows of `label` (see LABEL_COLUMNS) and `label_history` since the last call. */
  takeRows(): { readonly labels: readonly SqlRow[]; readonly history: readonly SqlRow[] } {
    const labels = [...this.moved.values()].map(({ account, kind, key, at, fingerprint, label }) => {
      return [account, kind, keyIdOf(key), key, at, fingerprint, label ?? key];
    });
    const { history } = this;
    this.moved.clear();
    this.history = [];
    return { labels, history };
  }

  clear(): void {
    this.labels.clear();
    this.takeRows();
  }
}

export const LABEL_COLUMNS = ['account', 'kind', 'key_id', 'key', 'at', 'fingerprint', 'label'] as const;
export const LABEL_HISTORY_COLUMNS = ['account', 'kind', 'key_id', 'event', 'label'] as const;

export function labelName({ account, kind, key }: LabelKey): string {
  return `${account}|${kind}|${key}`;
}

export function isLaterLabel(one: Label, other: Label): boolean {
  return one.at > other.at || (one.at === other.at && one.fingerprint < other.fingerprint);
}

/** What stands for a long key is longer than any short one, so that the two cannot meet. */
export function keyIdOf(key: string): string {
  if (key.length <= LONGEST_KEY_ID) return key;
  return createHash('sha256')
    .update(key)
    .digest('hex')
    .padEnd(LONGEST_KEY_ID + 1, '-');
}
