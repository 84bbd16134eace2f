// The instants that can be asked for: those whose year in UTC has four digits, so that every reply can write them.

const EARLIEST = Date.parse('0001-01-01T00:00:00.000Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

/** `at`: UTC epoch ms. */
export const isInRange = (at: number): boolean => at >= EARLIEST && at <= LATEST;
