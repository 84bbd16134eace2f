// A Kafka broker of a test's own, to be killed and brought back on the same data and ports.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaBrokers, startKafka } from '../../../tools/services/kafka.js';
import { stopProcess } from '../../../tools/services/service-process.js';
import type { KafkaState } from '../../../tools/services/services-state.js';

export class TestBroker {
  private constructor(
    private readonly folder: string,
    private state: KafkaState,
  ) {}

  static async start(): Promise<TestBroker> {
    const folder = await mkdtemp(join(tmpdir(), 'broker-'));
    return new TestBroker(folder, await startKafka(join(folder, 'kafka'), undefined));
  }

  get brokers(): string {
    return kafkaBrokers(this.state);
  }

  /** SIGKILL: it says good-bye to nobody. */
  async kill(): Promise<void> {
    await stopProcess(this.state.process, 'SIGKILL', 0);
  }

  async restart(): Promise<void> {
    this.state = await startKafka(join(this.folder, 'kafka'), this.state);
  }

  async destroy(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}
