// Takes the names of a packed page over into the book of labels, in the order of the log.
import { isLaterLabel, type LabelBook } from '../writer/label-book.js';
import type { PackedNames } from './pack-page.js';

/**
 * False, with nothing taken, where the names left out could make a difference: another label held until somewhere between
 * the first and the last of them. The page must then be packed whole.
 */
export function takeNames(book: LabelBook, names: readonly PackedNames[]): boolean {
  if (names.some((one) => isAmbiguous(book, one))) return false;
  for (const { offers } of names) offers.forEach((offer) => book.offer(offer));
  return true;
}

function isAmbiguous(book: LabelBook, { offers: [first, last], cut }: PackedNames): boolean {
  if (!cut || !first || !last) return false;
  const best = book.get(first);
  if (!best || best.label === first.label || isLaterLabel(first, best)) return false;
  return isLaterLabel(last, best);
}
