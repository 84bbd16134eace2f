// The KurrentDB protocol server of the tests as a process of its own: says its connection string and ends with its input.
import { startKurrentDbDouble } from '../libs/event-store/src/testing/kurrentdb-double/kurrentdb-double.js';

const double = await startKurrentDbDouble();
process.stdout.write(`${double.connectionString}\n`);
process.stdin.resume().once('end', () => process.exit(0));
