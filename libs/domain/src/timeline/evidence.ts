// What one event says, extracted once (semantics §1 and §2): all that ordering and folding may look at.

export const TRACKS = ['status', 'browser', 'mobile', 'channel', 'login'] as const;
export type Track = (typeof TRACKS)[number];

/**
 * The known parts of a value on a track; a missing part is unknown. Names are trimmed NFC and have a slug.
 * status: code, id, name · browser, mobile: id, name · channel: code · login: code (`true`, `false`).
 */
export interface Parts {
  readonly code?: string;
  readonly id?: string;
  readonly name?: string;
}

/** What an event says of one track: `a` the value after, `b` the value before (which can exist with no known part). */
export interface TrackEvidence {
  readonly a?: Parts;
  readonly b?: Parts;
}

export interface Team {
  readonly id: string;
  readonly name?: string;
}

/** All times are UTC epoch ms. An absent property is unknown or states nothing. */
export interface Evidence {
  readonly fingerprint: string;
  readonly eventId: string;
  readonly at: number;
  /** When the status after this event began (`after(last_status_change_at)`); `status` only. */
  readonly statusAt?: number;
  /** When the status before this event began (`before(last_status_change_at)`); `status` only. */
  readonly beforeSince?: number;
  /** `last_status_change_at` is in the diff. */
  readonly lscInDiff?: true;
  /** The chain: the old and new side of `updated_at`. */
  readonly updatedBefore?: number;
  readonly updatedAfter?: number;
  readonly deleted?: boolean;
  readonly name?: string;
  readonly email?: string;
  readonly timeZone?: string;
  readonly teams?: readonly Team[];
  /** Who triggered it, judged by `actor.id` and `agent.user_id`. */
  readonly by: 'self' | 'other';
  readonly tracks: { readonly [T in Track]?: TrackEvidence };
}
