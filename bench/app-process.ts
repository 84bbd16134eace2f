// One app as it is built and as `npm start` runs it, as a process of its own on a free port of loopback.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export class AppProcess {
  private constructor(
    private readonly child: ChildProcess,
    /** `http://127.0.0.1:<port>` */
    readonly url: string,
  ) {}

  get pid(): number {
    const { pid } = this.child;
    if (pid === undefined) throw new Error('the process has not been started');
    return pid;
  }

  /** Resolves as soon as it listens. `variables`: further settings. Throws when it ends before. */
  static async start(
    app: 'ingest' | 'projector',
    folder: string,
    variables: Readonly<Record<string, string>> = {},
  ): Promise<AppProcess> {
    const script = fileURLToPath(new URL(`../apps/${app}/src/main.js`, import.meta.url));
    return AppProcess.run(script, folder, { INGEST_PORT: '0', PROJECTOR_PORT: '0', ...variables });
  }

  /** Any script that logs as our apps do. In `folder`, so that no `.env` of the developer's is read. */
  static async run(
    script: string,
    folder: string,
    variables: Readonly<Record<string, string>> = {},
  ): Promise<AppProcess> {
    const { PATH } = process.env;
    const child = spawn(process.execPath, [...process.execArgv, script], {
      cwd: folder,
      env: { PATH, DATA_DIR: folder, ...variables },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const abandon = (): void => void child.kill('SIGKILL');
    process.once('exit', abandon);
    child.once('exit', () => process.off('exit', abandon));
    const lines = createInterface({ input: child.stdout });
    const url = await new Promise<string>((resolve, reject) => {
      lines.on('line', (line) => {
        const [, found] = /"url":"(http[^"]+)"/.exec(line) ?? [];
        if (found !== undefined) resolve(found);
      });
      child.once('exit', (code) =>
        reject(new Error(`${script} ended with ${String(code)} before it listened`)),
      );
    });
    return new AppProcess(child, url);
  }

  /** SIGTERM. Throws when it does not end in order. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null) throw new Error(`${this.url} had ended with ${this.child.exitCode}`);
    const ended = once(this.child, 'exit') as Promise<[code: number | null]>;
    this.child.kill('SIGTERM');
    const [code] = await ended;
    if (code !== 0) throw new Error(`${this.url} ended with ${String(code)}`);
  }
}
