// Names that reports give keys and teams: those of the latest event that had one (`at`, then smallest fingerprint).
// A function of the set of events, so every event may offer its names in any order, and as often as it likes.
import { createHash } from 'node:crypto';
import { keyOf, TRACKS, type Evidence } from '@libs/domain';
import { UNNAMED_AT } from '../schema.js';
import type { Sql } from '../sql.js';

interface Offer {
  readonly account: string;
  readonly kind: string;
  readonly key: string;
  readonly label: string;
  readonly at: number;
  readonly fingerprint: string;
}

const COLUMNS = ['account', 'kind', 'key_id', 'key', 'at', 'fingerprint', 'label'] as const;
const UNLESS_EARLIER = `ON CONFLICT (account, kind, key_id) DO UPDATE
  SET at = excluded.at, fingerprint = excluded.fingerprint, label = excluded.label
  WHERE excluded.at > label.at OR (excluded.at = label.at AND excluded.fingerprint < label.fingerprint)`;

/** Longer keys are told apart by their digest: PostgreSQL's index entries end at about 2,700 bytes. */
const LONGEST_KEY_ID = 250;

export class LabelOffers {
  private readonly best = new Map<string, Offer>();

  add(account: string, evidence: Evidence): void {
    const { at, fingerprint } = evidence;
    for (const track of TRACKS) {
      const after = evidence.tracks[track]?.a;
      if (after?.name === undefined) continue;
      this.offer({ account, kind: track, key: keyOf(track, after), label: after.name, at, fingerprint });
    }
    for (const team of evidence.teams ?? []) {
      const named = team.name === undefined ? { at: UNNAMED_AT, fingerprint: '' } : { at, fingerprint };
      this.offer({ account, kind: 'team', key: team.id, label: team.name ?? team.id, ...named });
    }
  }

  async write(sql: Sql): Promise<void> {
    const rows = [...this.best.values()].map(({ account, kind, key, label, at, fingerprint }) => {
      return [account, kind, keyIdOf(key), key, at, fingerprint, label];
    });
    await sql.insert('label', COLUMNS, rows, UNLESS_EARLIER);
  }

  private offer(offer: Offer): void {
    const name = `${offer.account}|${offer.kind}|${offer.key}`;
    const best = this.best.get(name);
    if (!best || isLater(offer, best)) this.best.set(name, offer);
  }
}

function isLater(one: Offer, other: Offer): boolean {
  return one.at > other.at || (one.at === other.at && one.fingerprint < other.fingerprint);
}

/** What stands for a long key is longer than any short one, so that the two cannot meet. */
function keyIdOf(key: string): string {
  if (key.length <= LONGEST_KEY_ID) return key;
  return createHash('sha256')
    .update(key)
    .digest('hex')
    .padEnd(LONGEST_KEY_ID + 1, '-');
}
