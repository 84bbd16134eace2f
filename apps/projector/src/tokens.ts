// What the composition root gives to Nest's injection besides classes.

/** `QueryReader`. */
export const QUERY_READER = Symbol('QUERY_READER');
/** `() => number`: UTC epoch ms. */
export const CLOCK = Symbol('CLOCK');
export type Clock = () => number;
