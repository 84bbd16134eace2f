// What the operator can mend: shown as its message alone, without a stack. Must never carry a secret.

/** A reason not to start that the operator can mend. The message is complete and may have several lines. */
export class StartupError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartupError';
  }
}
