// A lease that several runners in one process share, as they would share a row of a database. Time is told to it.
import { LeaseLostError, ModelUnavailableError } from '../errors.js';
import type { ProjectionLease } from '../projection-lease.js';
import type { ProjectionBatch, ProjectionModel } from '../projection-model.js';

export interface SharedLease {
  /** A projector's own view of it. */
  join(): ProjectionLease & { fence(model: ProjectionModel): ProjectionModel };
  /** As if its holder had said nothing for too long. */
  runOut(): void;
  /** While true, it cannot be asked. */
  unavailable: boolean;
}

export function sharedLease(): SharedLease {
  let token = 0;
  let held = false;
  const shared: SharedLease = { join, runOut: () => void (held = false), unavailable: false };
  return shared;

  function reach<T>(work: () => T): Promise<T> {
    if (shared.unavailable) return Promise.reject(new ModelUnavailableError('the lease cannot be reached'));
    return Promise.resolve(work());
  }

  function join() {
    let own = -1;
    const isMine = (): boolean => own === token;
    return {
      acquire: () =>
        reach(() => {
          if (held) return false;
          held = true;
          own = token += 1;
          return true;
        }),
      renew: () => reach(() => isMine() && (held = true)),
      release: () => reach(() => void (isMine() && (held = false))),
      fence: (model: ProjectionModel): ProjectionModel => ({
        checkpoint: () => model.checkpoint(),
        apply: (batch: ProjectionBatch) =>
          isMine() ? model.apply(batch) : Promise.reject(new LeaseLostError()),
      }),
    };
  }
}
