// Which of several writers may write now, as the runner has it decided.
import type { ReadModel } from '../writer/read-model-writer.js';

/** `model` holds the lease from now on, in place of `before`. Where there is no lease, nobody needs it. */
export async function takeOver(model: ReadModel, before?: ReadModel): Promise<ReadModel> {
  if (model.lease === null) return model;
  await before?.lease?.release();
  if (!(await model.lease.acquire())) throw new Error('The lease is held by somebody else.');
  return model;
}
