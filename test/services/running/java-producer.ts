// Kafka's own producer, in Java: what it compresses is what other teams' producers send.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { kafkaClassPath, requireJava } from '../../../tools/services/kafka-jars.js';

export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** One message a line, without a key. Throws with what it said when it fails. */
export async function produceWithJava(
  brokers: string,
  topic: string,
  compression: Compression,
  lines: readonly string[],
): Promise<void> {
  const tool = ['-cp', await kafkaClassPath(process.env), 'org.apache.kafka.tools.ConsoleProducer'];
  const options = ['--bootstrap-server', brokers, '--topic', topic, '--compression-codec', compression];
  // Batches of many messages, so that there is something to compress.
  const batching = ['--batch-size', '200', '--timeout', '500', '--producer-property', 'batch.size=100000'];
  const child = spawn(await requireJava(), ['-Xmx128m', ...tool, ...options, ...batching]);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => void (said += chunk.toString()));
  }
  child.stdin.end(lines.map((line) => `${line}\n`).join(''));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0 || said.includes('ERROR'))
    throw new Error(`the producer ended with ${String(code)}:\n${said}`);
}
