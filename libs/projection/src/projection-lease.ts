// The right to project, which one projector holds at a time. Knows no database; what makes it safe is that the model
// refuses a batch, in the batch's own transaction, once the lease is another's.

export interface ProjectionLease {
  /** Takes the lease if nobody holds it. Throws `ModelUnavailableError`. */
  acquire(): Promise<boolean>;
  /** False if somebody else has taken it. May be called while a batch is applied. Throws `ModelUnavailableError`. */
  renew(): Promise<boolean>;
  /** Gives it up at once, so that another need not wait until it runs out. Throws `ModelUnavailableError`. */
  release(): Promise<void>;
}
