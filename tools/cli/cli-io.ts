// The world as the tool sees it, passed in so that tests can hold it.
export interface CliIo {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly now: () => number;
  readonly randomBytes: (size: number) => Buffer;
}
