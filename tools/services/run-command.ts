// Runs commands to their end, and says of one that failed what it said.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MOST_OUTPUT_BYTES = 16 * 1024 * 1024;
const SHOWN_LINES = 15;

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
}

/** Gives what it wrote on stdout. Throws with its last lines when it fails or is not there. */
export async function runCommand(
  file: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  try {
    const { stdout } = await run(file, args, { ...options, maxBuffer: MOST_OUTPUT_BYTES });
    return stdout;
  } catch (cause) {
    const { stdout = '', stderr = '', message } = cause as Partial<Record<string, string>>;
    const said = `${stdout}\n${stderr}`.trim().split('\n').slice(-SHOWN_LINES).join('\n');
    throw new Error(`${file} failed:\n${said === '' ? (message ?? '') : said}`, { cause });
  }
}

/** Trimmed; empty when the command fails or is not there. */
export async function outputOf(file: string, args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run(file, args).catch(() => ({ stdout: '', stderr: '' }));
  return `${stdout}${stderr}`.trim();
}
