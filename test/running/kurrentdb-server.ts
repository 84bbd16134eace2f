// A KurrentDB for apps that run as processes: the server that TEST_EVENT_STORE_URL names, else the protocol double in a
// process of its own, which can be switched off and on and keeps what was written.
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

const HOOKS = resolve('libs/event-store/src/testing/typescript-hooks.mjs');
const DOUBLE = resolve('test/running/run-switched-kurrentdb.ts');

type Child = ChildProcessByStdio<Writable, Readable, null>;

export class KurrentDbServer {
  private constructor(
    readonly connectionString: string,
    private readonly child: Child | null,
    private readonly lines: AsyncIterator<string> | null,
  ) {}

  /** False for a real server: it is not ours to switch. */
  get canBeSwitched(): boolean {
    return this.child !== null;
  }

  static async start(): Promise<KurrentDbServer> {
    const { TEST_EVENT_STORE_URL: given } = process.env;
    if (given !== undefined && given !== '') return new KurrentDbServer(given, null, null);
    const child: Child = spawn(process.execPath, ['--no-warnings', '--import', HOOKS, DOUBLE], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return new KurrentDbServer(await nextOf(lines), child, lines);
  }

  /** Resolves when the double has done it. Throws for a real server. */
  async turn(to: 'stop' | 'start'): Promise<void> {
    if (this.child === null || this.lines === null) throw new Error('a real server cannot be switched');
    this.child.stdin.write(`${to}\n`);
    await nextOf(this.lines);
  }

  destroy(): void {
    this.child?.kill('SIGKILL');
  }
}

async function nextOf(lines: AsyncIterator<string>): Promise<string> {
  const next = await lines.next();
  if (next.done === true) throw new Error('the double ended by itself');
  return next.value;
}
