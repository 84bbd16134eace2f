// A read model goes on only with the log that it was filled from. After a restore of the one or the other their positions
// may still agree while their events do not, and every figure would be quietly wrong.
import type { EventStore } from '@libs/event-store';
import { ModelDamagedError } from './errors.js';
import type { ProjectionModel } from './projection-model.js';

/** Throws `ModelDamagedError` if the last event applied is not where it was. */
export async function demandSameLog(store: EventStore, model: ProjectionModel): Promise<void> {
  const last = await model.lastEvent();
  if (last === null) return;
  const [found] = await store.readStream(last.stream, { from: last.revision, limit: 1 });
  if (found?.id === last.id) return;
  throw new ModelDamagedError(
    'the read model was filled from another log than this one: remove it, and it is filled anew',
  );
}
