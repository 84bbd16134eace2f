// Both apps as `npm start` runs them: the same command, on files of their own and free ports, until it is stopped or killed.
// Process ids and addresses come from what the apps themselves say.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

export type AppName = 'ingest' | 'projector';
export const APPS: readonly AppName[] = ['ingest', 'projector'];

export interface Addresses {
  readonly ingest: string;
  readonly projector: string;
}

const POLL_MS = 20;

export class RunningApps {
  /** What the command and both apps have said. */
  output = '';
  /** The command's exit code, once its output is whole; null if a signal ended it. */
  readonly ended: Promise<number | null>;
  private hasEnded = false;

  private constructor(private readonly command: ChildProcess) {
    for (const stream of [command.stdout, command.stderr]) {
      stream?.on('data', (chunk: Buffer) => void (this.output += chunk.toString()));
    }
    this.ended = once(command, 'close').then(([code]) => {
      this.hasEnded = true;
      return code as number | null;
    });
  }

  /** In `folder` as working directory, too, so that no `.env` of the developer's is read. `settings`: further variables. */
  static start(folder: string, settings: Readonly<Record<string, string>> = {}): RunningApps {
    const { PATH } = process.env;
    const env = {
      PATH,
      DATA_DIR: folder,
      INGEST_PORT: '0',
      PROJECTOR_PORT: '0',
      npm_lifecycle_event: 'start',
      ...settings,
    };
    const script = resolve('tools/start/main.mjs');
    return new RunningApps(spawn(process.execPath, [script], { cwd: folder, env }));
  }

  /** Once both answer that they are ready. Throws when the command ends before. */
  async ready(): Promise<Addresses> {
    const [, ingest = '', projector = ''] = await this.says(/ready: ingest (\S+) · projector (\S+) /);
    return { ingest, projector };
  }

  /** The process id of the app itself, as soon as it listens. */
  async pidOf(app: AppName): Promise<number> {
    const [, pid] = await this.says(new RegExp(`"pid":(\\d+),"name":"${app}"[^\n]*"msg":"listening"`));
    return Number(pid);
  }

  /** SIGKILL, at once, to every named app that has said its process id. The command is left alone. */
  killNow(apps: readonly AppName[]): void {
    for (const app of apps) {
      const [, pid] = new RegExp(`"pid":(\\d+),"name":"${app}"`).exec(this.output) ?? [];
      if (pid !== undefined && isAlive(Number(pid))) process.kill(Number(pid), 'SIGKILL');
    }
  }

  /** SIGTERM to the command, as Ctrl-C. Gives its exit code. */
  stop(): Promise<number | null> {
    this.command.kill('SIGTERM');
    return this.ended;
  }

  /** Leaves nothing behind, whatever state it is in. */
  async destroy(): Promise<void> {
    this.killNow(APPS);
    this.command.kill('SIGKILL');
    await this.ended;
  }

  private async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.output);
      if (match !== null) return match;
      if (this.hasEnded) throw new Error(`ended without saying ${String(pattern)}:\n${this.output}`);
      await new Promise((done) => setTimeout(done, POLL_MS));
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
