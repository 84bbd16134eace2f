// A page of the log as what a filling keeps of it: lines for the spill and the names it gives. The costly half of a filling,
// without any state, so that several threads can pack pages at once. Plain data comes out, which crosses threads cheaply.
import { AGENT_UPDATED } from '@libs/domain';
import { PoisonEventError, type ProjectionBatch } from '@libs/projection';
import { decodeEvent } from '../writer/decode-event.js';
import { isLaterLabel, labelName, labelOffers, type LabelOffer } from '../writer/label-book.js';
import { lineOf, partOf } from './evidence-spill.js';

type LogEvent = ProjectionBatch['events'][number];

export interface PackOptions {
  /** Every name that was the latest of its key for a moment, not only the first and the last of equal ones. */
  readonly whole: boolean;
  /** Positions of events that are left out if they cannot be applied. */
  readonly leftOut: readonly bigint[];
}

export interface PackedPage {
  readonly events: number;
  /** Lines: those of them that are agent updates. */
  readonly updates: number;
  /** Of the last event that is in it or left out; null when the first one cannot be applied. */
  readonly position: bigint | null;
  /** The last event that is in it. */
  readonly last: Pick<LogEvent, 'recordedAt' | 'stream' | 'revision' | 'id'> | null;
  /** The event that cannot be applied and is not left out; nothing of it or of what follows is in the page. */
  readonly poison: bigint | null;
  /** By part of the spill, in the order of the log. */
  readonly lines: readonly (readonly [part: number, lines: string])[];
  readonly names: readonly PackedNames[];
}

/** One key's names, each the latest of the page when it came. */
export interface PackedNames {
  readonly offers: readonly LabelOffer[];
  /** Between the first and the last of them were others with the same label. */
  readonly cut: boolean;
}

/** Throws `ModelDamagedError` for a position that cannot be kept. */
export function packPage(events: readonly LogEvent[], { whole, leftOut }: PackOptions): PackedPage {
  const lines = new Map<number, string>();
  const names = new Map<string, LabelOffer[]>();
  let [count, updates] = [0, 0];
  let last: LogEvent | null = null;
  let position: bigint | null = null;
  let poison: bigint | null = null;
  for (const event of events) {
    try {
      if (event.type === AGENT_UPDATED) {
        pack(event, lines, names);
        updates += 1;
      }
      count += 1;
      last = event;
    } catch (error) {
      if (!(error instanceof PoisonEventError)) throw error;
      if (!leftOut.includes(event.position)) {
        poison = event.position;
        break;
      }
    }
    position = event.position;
  }
  return {
    events: count,
    updates,
    position,
    last: last && nameOf(last),
    poison,
    lines: [...lines],
    names: [...names.values()].map((offers) => (whole ? { offers, cut: false } : shortened(offers))),
  };
}

function pack(event: LogEvent, lines: Map<number, string>, names: Map<string, LabelOffer[]>): void {
  const decoded = decodeEvent(event);
  const part = partOf(decoded);
  lines.set(part, (lines.get(part) ?? '') + lineOf(decoded));
  for (const offer of labelOffers(decoded.account, decoded.event, decoded.evidence)) {
    const name = labelName(offer);
    const known = names.get(name);
    if (!known) names.set(name, [offer]);
    else if (isLaterLabel(offer, known.at(-1) ?? offer)) known.push(offer);
  }
}

/** Of a page in which a key has one label the first and the last say all, as a rule. */
function shortened(offers: readonly LabelOffer[]): PackedNames {
  const [first] = offers;
  const last = offers.at(-1);
  if (offers.length <= 2 || !first || !last) return { offers, cut: false };
  if (offers.some(({ label }) => label !== first.label)) return { offers, cut: false };
  return { offers: [first, last], cut: true };
}

function nameOf({ recordedAt, stream, revision, id }: LogEvent): PackedPage['last'] {
  return { recordedAt, stream, revision, id };
}
