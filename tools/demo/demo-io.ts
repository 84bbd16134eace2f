// The world as the demo sees it, passed in so that tests can hold it.
export interface DemoIo {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What there is to know at the end. */
  readonly out: (text: string) => void;
  /** Progress and errors. */
  readonly err: (text: string) => void;
  /** `err` is a terminal, on which a line can be drawn again. */
  readonly isTerminal: boolean;
  /** UTC epoch ms. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Why the demo cannot be run; shown as its message alone. */
export class DemoError extends Error {
  constructor(
    message: string,
    /** 1 it could not be done, 2 it was asked wrongly. */
    readonly exitCode: 1 | 2 = 1,
  ) {
    super(message);
    this.name = 'DemoError';
  }
}
