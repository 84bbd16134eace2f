// The KurrentDB protocol double as a process of its own. Says its connection string, then does what each line on its input
// says, `stop` or `start`, and says `done`. Ends with its input.
import { createInterface } from 'node:readline';
import { startKurrentDbDouble } from '../../libs/event-store/src/testing/kurrentdb-double/kurrentdb-double.js';

const double = await startKurrentDbDouble();
process.stdout.write(`${double.connectionString}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  await (line === 'stop' ? double.stop() : double.start());
  process.stdout.write('done\n');
}
process.exit(0);
