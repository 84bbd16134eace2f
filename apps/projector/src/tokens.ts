// What the composition root gives to Nest's injection besides classes.

/** `() => number`: UTC epoch ms. */
export const CLOCK = Symbol('CLOCK');
export type Clock = () => number;
