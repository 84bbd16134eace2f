// Installs what a service needs and the machine lacks, where that can be done: on Debian and its like, as root.
import { existsSync } from 'node:fs';
import { runCommand } from './run-command.js';

let isUpdated = false;

/** The first of `packages` that is there to be had is installed. Throws one line that says what to install by hand. */
export async function installPackage(what: string, packages: readonly string[]): Promise<void> {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new Error(`${what} is missing: install it (Debian: ${packages.join(' or ')}) and try again`);
  }
  process.stderr.write(`installing ${what}…\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  if (!isUpdated) await runCommand('apt-get', ['update', '-q'], { env });
  isUpdated = true;
  let failure: unknown;
  for (const name of packages) {
    try {
      await runCommand('apt-get', ['install', '-y', '-q', '--no-install-recommends', name], { env });
      return;
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
