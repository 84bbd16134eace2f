// PostgreSQL and Kafka for development and tests, without Docker. Bringing them up twice changes nothing, and brings back
// what has died, on the same data and ports; taking them down stops what was started here and nothing else.
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isListening } from './free-ports.js';
import { kafkaBrokers, kafkaSaslBrokers, startKafka, stopKafka } from './kafka.js';
import { postgresUrl, startPostgres, stopPostgres } from './postgres.js';
import { isRunning } from './service-process.js';
import { withLock } from './services-lock.js';
import { readState, writeState, type ServicesState } from './services-state.js';

export async function servicesUp(folder: string): Promise<ServicesState> {
  return withLock(folder, async () => {
    let state = await readState(folder);
    const { postgres, kafka } = state;
    if (postgres === undefined || !(await isRunning(postgres.process))) {
      state = { ...state, postgres: await startPostgres(folder, postgres) };
      await writeState(folder, state);
    }
    if (kafka === undefined || !(await isRunning(kafka.process))) {
      state = { ...state, kafka: await startKafka(join(folder, 'kafka'), kafka) };
      await writeState(folder, state);
    }
    return state;
  });
}

/** Data, logs and state are removed, too. */
export async function servicesDown(folder: string): Promise<void> {
  await withLock(folder, async () => {
    const { postgres, kafka } = await readState(folder);
    if (kafka !== undefined) await stopKafka(kafka);
    if (postgres !== undefined) {
      await stopPostgres(postgres);
      await rm(postgres.dataFolder, { recursive: true, force: true });
      // Where it had a home of its own beside its data.
      if (dirname(postgres.dataFolder) !== folder) {
        await rm(dirname(postgres.dataFolder), { recursive: true, force: true });
      }
    }
    await rm(join(folder, 'kafka'), { recursive: true, force: true });
    await writeState(folder, {});
  });
}

/** Variables that lead tests, and the apps, to the services. */
export function environmentOf({ postgres, kafka }: ServicesState): Record<string, string> {
  return {
    ...(postgres === undefined ? {} : { TEST_POSTGRES_URL: postgresUrl(postgres) }),
    ...(kafka === undefined
      ? {}
      : {
          TEST_KAFKA_BROKERS: kafkaBrokers(kafka),
          TEST_KAFKA_SASL_BROKERS: kafkaSaslBrokers(kafka),
          TEST_KAFKA_USERNAME: kafka.user,
          TEST_KAFKA_PASSWORD: kafka.password,
          TEST_KAFKA_CA_FILE: kafka.caFile,
        }),
  };
}

/** What `env` does not name is looked for in the state; null where a service is missing. */
export async function findServices(
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Readonly<Record<string, string>> | null> {
  const found = { ...environmentOf(await readState(folder)) };
  for (const [name, value] of Object.entries(env)) {
    if (name.startsWith('TEST_') && value !== undefined && value !== '') found[name] = value;
  }
  const { TEST_POSTGRES_URL: postgres, TEST_KAFKA_BROKERS: brokers } = found;
  if (postgres === undefined || brokers === undefined) return null;
  const addresses = [new URL(postgres), new URL(`kafka://${brokers.split(',')[0] ?? ''}`)];
  const answers = await Promise.all(
    addresses.map(({ hostname, port }) => isListening(Number(port === '' ? '5432' : port), hostname)),
  );
  return answers.every(Boolean) ? found : null;
}
