// What a spec can have go wrong in the double. Each counts down or stays until it is set back.

export interface DoubleFaults {
  /** So many appends are written, and the connection breaks before they are answered. */
  loseAnswers: number;
  /** So many appends are thrown away, and the connection breaks. */
  loseRequests: number;
  /** So many appends are written and never answered. */
  swallowAnswers: number;
  /** So many appends are answered as by a server that is not ready: nothing is written. */
  notReady: number;
  /** Every answer to an append waits so long. */
  answerDelayMs: number;
  /** Every subscription is broken, with all else on its connection, after so many events; 0: none. */
  breakSubscriptionsAfter: number;
  /** Every subscription is ended gracefully after so many events; 0: none. */
  endSubscriptionsAfter: number;
  /** Subscriptions are accepted and never confirmed. */
  neverConfirm: boolean;
  /** Whether subscribers are told that they have caught up: not every version does. */
  tellCaughtUp: boolean;
}

export function noFaults(): DoubleFaults {
  return {
    loseAnswers: 0,
    loseRequests: 0,
    swallowAnswers: 0,
    notReady: 0,
    answerDelayMs: 0,
    breakSubscriptionsAfter: 0,
    endSubscriptionsAfter: 0,
    neverConfirm: false,
    tellCaughtUp: false,
  };
}
