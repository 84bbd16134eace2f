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
    const hold = (is: boolean): boolean => {
      if (isMine()) held = is;
      return isMine();
    };
    return {
      acquire: () =>
        reach(() => {
          if (held) return false;
          own = token += 1;
          return hold(true);
        }),
      renew: () => reach(() => hold(true)),
      release: async () => {
        await reach(() => hold(false));
      },
      fence: (model: ProjectionModel): ProjectionModel => ({
        ...model,
        lastEvent: () => model.lastEvent(),
        apply: (batch: ProjectionBatch) =>
          isMine() ? model.apply(batch) : Promise.reject(new LeaseLostError()),
      }),
    };
  }
}
