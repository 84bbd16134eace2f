// Builds dist and tells whether it is older than the sources. Plain JavaScript: it must run before there is a build.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DIST = join(ROOT, 'dist');
const STAMP = join(DIST, '.built');
const FOLDERS = ['apps', 'libs', 'tools', 'bench'];
const FILES = ['package-lock.json', 'nest-cli.json', 'tsconfig.base.json', '.swcrc'];
/** Plain JavaScript that the compiled program imports as it is. */
const COPIED = ['tools/audit/check-bundle.mjs'];

/** True unless a build has ended that began after the last change of a source. */
export function isStale() {
  const built = statSync(STAMP, { throwIfNoEntry: false });
  if (built === undefined) return true;
  const sources = [
    ...FOLDERS.flatMap((folder) => walk(join(ROOT, folder))),
    ...FILES.map((file) => join(ROOT, file)),
  ];
  return sources.some((path) => statSync(path).mtimeMs > built.mtimeMs);
}

/** Compiles everything; what no source gives any more is removed. Says what it says on stderr. Returns success. */
export function build() {
  const began = new Date();
  const nest = join(ROOT, 'node_modules/@nestjs/cli/bin/nest.js');
  const { status } = spawnSync(process.execPath, [nest, 'build', 'ingest'], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) return false;
  for (const file of COPIED) {
    mkdirSync(dirname(join(DIST, file)), { recursive: true });
    copyFileSync(join(ROOT, file), join(DIST, file));
  }
  for (const path of walk(DIST)) {
    const entry = statSync(path);
    if (entry.isFile() && entry.mtimeMs < began.getTime() - 1_000) rmSync(path);
  }
  writeFileSync(STAMP, '');
  utimesSync(STAMP, began, began);
  return true;
}

/** Every folder and file below; a folder's own time tells of files that went. */
function walk(folder) {
  const below = readdirSync(folder, { withFileTypes: true, recursive: true });
  return [folder, ...below.map((entry) => join(entry.parentPath, entry.name))];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const needed = !process.argv.includes('--if-stale') || isStale();
  if (needed && !build()) {
    process.stderr.write('The build failed.\n');
    process.exit(1);
  }
}
