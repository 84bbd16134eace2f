// Names that reports give keys and teams: those of the latest event that had one (`at`, then smallest fingerprint).
// A function of the set of events, so every event may offer its names in any order, and as often as it likes.
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
    for (const { account, kind, key, label, at, fingerprint } of this.best.values()) {
      await sql.run(
        `INSERT INTO label (account, kind, key, at, fingerprint, label) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (account, kind, key) DO UPDATE
           SET at = excluded.at, fingerprint = excluded.fingerprint, label = excluded.label
           WHERE excluded.at > label.at OR (excluded.at = label.at AND excluded.fingerprint < label.fingerprint)`,
        [account, kind, key, at, fingerprint, label],
      );
    }
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
