// A PostgreSQL of our own: the machine's binaries, a data folder of ours, loopback alone, a password of its own.
// It must never touch another server or cluster of the machine.
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPackage } from './debian-packages.js';
import { freePorts } from './free-ports.js';
import { outputOf, runCommand } from './run-command.js';
import { isRunning, startProcess, stopProcess } from './service-process.js';
import type { PostgresState } from './services-state.js';
import { untilReady } from './until-ready.js';

const DEBIAN_BINARIES = '/usr/lib/postgresql';
const STOP_GRACE_MS = 10_000;
const NAME = 'agent_status_history';

/** Whom the server runs as: it refuses to be root. */
interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

/** Starts it, on the data and port it had before if there was one. */
export async function startPostgres(
  folder: string,
  before: PostgresState | undefined,
): Promise<PostgresState> {
  const binaries = await findBinaries();
  const owner = await findOwner();
  await mkdir(folder, { recursive: true });
  const made = before !== undefined && existsSync(before.dataFolder) ? before : null;
  const state = made ?? (await makeCluster(binaries, owner, folder));
  const logFile = join(folder, 'postgres.log');
  const { dataFolder, port } = state;
  const settings = ['-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=`];
  const args = ['-D', dataFolder, '-p', String(port), ...settings];
  const process = await startProcess({
    file: join(binaries, 'postgres'),
    args,
    cwd: dataFolder,
    logFile,
    ...owner,
  });
  const started = { ...state, process };
  await untilReady('PostgreSQL', process, logFile, async () => {
    const ready = await outputOf(join(binaries, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)]);
    return ready.includes('accepting connections');
  });
  if (made === null) await createDatabase(binaries, started);
  return started;
}

/** As `postgres://…`. */
export function postgresUrl({ user, password, port, database }: PostgresState): string {
  return `postgres://${user}:${password}@127.0.0.1:${port}/${database}`;
}

/** The data stays. */
export async function stopPostgres({ process }: PostgresState): Promise<void> {
  // SIGINT is its fast shutdown: connections are cut, everything is written.
  if (await isRunning(process)) await stopProcess(process, 'SIGINT', STOP_GRACE_MS);
}

async function makeCluster(
  binaries: string,
  owner: Owner,
  folder: string,
): Promise<Omit<PostgresState, 'process'>> {
  // A user of its own may have no way into our folder; everybody has one into the system's.
  const home = owner.uid === undefined ? folder : await mkdtemp(join(tmpdir(), `${NAME}-`));
  const dataFolder = join(home, 'postgres-data');
  const passwordFile = join(home, 'postgres-password');
  const password = randomBytes(12).toString('hex');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (owner.uid !== undefined && owner.gid !== undefined) {
    await chmod(home, 0o700);
    await chown(home, owner.uid, owner.gid);
    await chown(passwordFile, owner.uid, owner.gid);
  }
  const options = ['--auth=scram-sha-256', '--encoding=UTF8', '--no-locale', '--no-sync'];
  const args = ['-D', dataFolder, `--username=${NAME}`, `--pwfile=${passwordFile}`, ...options];
  await rm(dataFolder, { recursive: true, force: true });
  await runCommand(join(binaries, 'initdb'), args, { cwd: home, ...owner });
  await rm(passwordFile);
  const [port = 0] = await freePorts(1);
  return { port, user: NAME, password, database: NAME, dataFolder };
}

async function createDatabase(binaries: string, { port, user, password }: PostgresState): Promise<void> {
  const args = ['-h', '127.0.0.1', '-p', String(port), '-U', user, NAME];
  await runCommand(join(binaries, 'createdb'), args, { env: { ...process.env, PGPASSWORD: password } });
}

async function findBinaries(): Promise<string> {
  const found = await lookForBinaries();
  if (found !== null) return found;
  await installPackage('PostgreSQL', ['postgresql']);
  const installed = await lookForBinaries();
  if (installed === null) throw new Error('PostgreSQL was installed, but its initdb is nowhere to be found');
  return installed;
}

/** The newest of Debian's versions, else where `initdb` is in the path. */
async function lookForBinaries(): Promise<string | null> {
  const versions = existsSync(DEBIAN_BINARIES) ? readdirSync(DEBIAN_BINARIES) : [];
  const folders = versions
    .toSorted((one, other) => Number(other) - Number(one))
    .map((version) => join(DEBIAN_BINARIES, version, 'bin'));
  const found = folders.find((folder) => existsSync(join(folder, 'initdb')));
  if (found !== undefined) return found;
  const inPath = await outputOf('pg_config', ['--bindir']);
  return existsSync(join(inPath, 'initdb')) ? inPath : null;
}

/** Root hands it to the user of Debian's package, anybody else runs it themselves. */
async function findOwner(): Promise<Owner> {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = await Promise.all([
    outputOf('id', ['-u', 'postgres']),
    outputOf('id', ['-g', 'postgres']),
  ]);
  if (!/^\d+$/.test(uid) || !/^\d+$/.test(gid))
    throw new Error('as root, PostgreSQL needs a user `postgres` to run as');
  return { uid: Number(uid), gid: Number(gid) };
}
