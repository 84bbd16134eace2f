// One app as a process of its own, as it is built: started, asked, stopped or killed.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { readMetrics } from '../../running/read-metrics.js';
import { until } from './until.js';

export type AppVariables = Readonly<Record<string, string>>;

export class AppProcess {
  /** Everything it has said. */
  output = '';
  /** Its exit code; null if a signal ended it. */
  readonly ended: Promise<number | null>;
  private hasEnded = false;

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => void (this.output += chunk.toString()));
    }
    this.ended = once(child, 'close').then(([code]) => {
      this.hasEnded = true;
      return code as number | null;
    });
  }

  /** In `folder` as working directory, so that no `.env` of the developer's is read; on a free port. */
  static start(app: 'ingest' | 'projector', folder: string, variables: AppVariables): AppProcess {
    const { PATH } = process.env;
    const env = { PATH, DATA_DIR: folder, INGEST_PORT: '0', PROJECTOR_PORT: '0', ...variables };
    return new AppProcess(
      spawn(process.execPath, [resolve(`dist/apps/${app}/src/main.js`)], { cwd: folder, env }),
    );
  }

  /** Where it listens, as soon as it does. Throws when it ends before. */
  async url(): Promise<string> {
    let url: string | undefined;
    await until(() => {
      url = /"url":"(http[^"]+)"/.exec(this.output)?.[1];
      if (url === undefined && this.hasEnded) throw new Error(`the app ended:\n${this.output}`);
      return url !== undefined;
    });
    return url ?? '';
  }

  async metric(name: string): Promise<number> {
    return (await readMetrics(await this.url()))(name);
  }

  /** By named check: what it says of itself. */
  async readiness(): Promise<{
    readonly status: number;
    readonly details: Readonly<Record<string, string>>;
  }> {
    const reply = await fetch(`${await this.url()}/health/ready`);
    const { checks } = (await reply.json()) as { checks: { name: string; detail?: string }[] };
    return {
      status: reply.status,
      details: Object.fromEntries(checks.map(({ name, detail = '' }) => [name, detail])),
    };
  }

  kill(signal: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT'): void {
    if (!this.hasEnded) this.child.kill(signal);
  }

  /** SIGTERM. Throws when it does not end in order: 1 is the code of an app whose closing took over 4.8 s. */
  async stop(): Promise<void> {
    this.kill('SIGTERM');
    const code = await this.ended;
    if (code !== 0) throw new Error(`the app ended with ${String(code)}:\n${this.output}`);
  }

  /** Resolves when it has ended, whatever state it was in. */
  async destroy(): Promise<void> {
    this.kill('SIGKILL');
    await this.ended;
  }
}
