// `npm run services:up`, `services:down`, and `services:check`, which `test:services` starts with.
import { environmentOf, findServices, servicesDown, servicesUp } from './services.js';
import { servicesFolder } from './services-state.js';

const MISSING =
  'The service tests need PostgreSQL and Kafka: run `npm run services:up` first (or set TEST_POSTGRES_URL and TEST_KAFKA_BROKERS).';

const say = (text: string): void => void process.stderr.write(`${text}\n`);

async function main(command: string | undefined): Promise<number> {
  const folder = servicesFolder(process.env);
  switch (command ?? '') {
    case 'up': {
      const variables = environmentOf(await servicesUp(folder));
      const apps = {
        READ_MODEL_URL: variables.TEST_POSTGRES_URL,
        KAFKA_BROKERS: variables.TEST_KAFKA_BROKERS,
      };
      for (const [name, value = ''] of Object.entries({ ...apps, ...variables })) {
        process.stdout.write(`export ${name}=${value}\n`);
      }
      say(`PostgreSQL and Kafka run; data and logs in ${folder}. npm run services:down stops them.`);
      return 0;
    }
    case 'down':
      await servicesDown(folder);
      return 0;
    case 'check': {
      if ((await findServices(folder, process.env)) !== null) return 0;
      say(MISSING);
      return 1;
    }
    default:
      say('usage: services up | down | check');
      return 2;
  }
}

try {
  process.exitCode = await main(process.argv[2]);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
