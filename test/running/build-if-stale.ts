// The apps are run as they are built: specs that start them begin here.
import { spawnSync } from 'node:child_process';

/** Throws when the build fails. */
export function buildIfStale(): void {
  const { status, stderr } = spawnSync(process.execPath, ['tools/start/build.mjs', '--if-stale']);
  if (status !== 0) throw new Error(`the build failed:\n${stderr.toString()}`);
}
