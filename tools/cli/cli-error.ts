// How the tool ends: 0 done, 1 it could not be done, 2 it was asked wrongly. Messages are one line each.

/** Shown as its message alone. */
export class CliError extends Error {
  constructor(
    message: string,
    readonly exitCode: 1 | 2,
  ) {
    super(message);
    this.name = 'CliError';
  }
}
