// The machine that is measured: a figure says nothing without it.
import { readFile, realpath } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly node: string;
  /** The file system below the data directories; `unknown` where the system does not tell. */
  readonly fileSystem: string;
  /** Runnable processes over the minute before: above 1 a core, others worked here, too. */
  readonly loadBefore: number;
}

/** `folder`: an existing one on the disk that is measured. */
export async function describeMachine(folder: string): Promise<Machine> {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: `${type()} ${release()}`,
    node: process.version,
    fileSystem: await fileSystemOf(folder),
    loadBefore: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
}

export const machineText = (machine: Machine): string =>
  [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB`,
    `${machine.kernel}, Node ${machine.node}, ${machine.fileSystem}`,
    `load before: ${machine.loadBefore}`,
  ].join(' · ');

async function fileSystemOf(folder: string): Promise<string> {
  try {
    return mountedAt(await realpath(folder), await readFile('/proc/mounts', 'utf8'));
  } catch {
    return 'unknown';
  }
}

/** The type of the deepest mount above the path; the latest of those at one place. */
export function mountedAt(path: string, mounts: string): string {
  let found = { place: '', type: 'unknown' };
  for (const line of mounts.split('\n')) {
    const [, place = '', type = 'unknown'] = line.split(' ');
    const isAbove = place === '/' || path === place || path.startsWith(`${place}/`);
    if (place !== '' && isAbove && place.length >= found.place.length) found = { place, type };
  }
  return found.type;
}
