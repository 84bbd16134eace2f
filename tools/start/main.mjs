// `npm start`: builds if need be, runs both apps until Ctrl-C, SIGTERM or the end of one of them.
// `.env` is read if there is one; what the environment sets already stands.
// Arguments choose the apps: `ingest`, `projector` (both by default), or any script as `name=path`.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `Node 24 or newer is needed, this is ${process.version}: run npm ci, then npm start.\n`,
  );
  process.exit(1);
}

if (existsSync('.env')) process.loadEnvFile('.env');
const { build, isStale } = await import('./build.mjs');
const { supervise } = await import('./supervise.mjs');

const chosen = process.argv.slice(2);
const apps = (chosen.length > 0 ? chosen : ['ingest', 'projector']).map((argument) => {
  const [name, script] = argument.split('=');
  return {
    name,
    script: script ?? fileURLToPath(new URL(`../../dist/apps/${name}/src/main.js`, import.meta.url)),
  };
});

if (isStale()) {
  process.stderr.write('building…\n');
  if (!build()) {
    process.stderr.write('The build failed.\n');
    process.exit(1);
  }
}
process.exit(await supervise(apps));
