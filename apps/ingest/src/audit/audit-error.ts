// What keeps digests from being written or shown. Its message is for the log and names no event.

export class AuditError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AuditError';
  }
}
