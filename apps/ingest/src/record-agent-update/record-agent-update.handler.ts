// Hands the command to the recorder: all of them, whoever sends them, go through its one queue.
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { RecordAgentUpdate } from './record-agent-update.js';
import { UpdateRecorder } from './update-recorder.js';
import type { UpdateResult } from './update-result.js';

@CommandHandler(RecordAgentUpdate)
export class RecordAgentUpdateHandler implements ICommandHandler<RecordAgentUpdate> {
  constructor(private readonly recorder: UpdateRecorder) {}

  execute({ updates, receptions }: RecordAgentUpdate): Promise<readonly UpdateResult[]> {
    return this.recorder.record(updates, receptions);
  }
}
