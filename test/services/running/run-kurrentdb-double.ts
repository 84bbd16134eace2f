// The KurrentDB protocol double as a process of its own, for apps that are processes, too. Says its connection string.
import { startKurrentDbDouble } from '../../../libs/event-store/src/testing/kurrentdb-double/kurrentdb-double.js';

const double = await startKurrentDbDouble();
process.stdout.write(`${double.connectionString}\n`);
