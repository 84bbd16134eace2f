// The named conditions of being ready. Their details are open to everyone: no secrets, no personal data.
import { Injectable } from '@nestjs/common';

/** A check hangs no longer than this. */
const CHECK_TIMEOUT_MS = 2_000;

export interface CheckResult {
  readonly ok: boolean;
  readonly detail?: string;
}

export interface NamedCheckResult extends CheckResult {
  readonly name: string;
}

export type Check = () => CheckResult | Promise<CheckResult>;

@Injectable()
export class HealthChecks {
  private readonly checks = new Map<string, Check>();

  /** Adds a condition of readiness. A check that throws or hangs counts as failed. */
  register(name: string, check: Check): void {
    this.checks.set(name, check);
  }

  async run(): Promise<{ readonly ok: boolean; readonly checks: readonly NamedCheckResult[] }> {
    const checks = await Promise.all(
      [...this.checks].map(async ([name, check]) => ({ name, ...(await runOne(check)) })),
    );
    return { ok: checks.every(({ ok }) => ok), checks };
  }
}

async function runOne(check: Check): Promise<CheckResult> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<CheckResult>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, detail: 'no answer in time' }), CHECK_TIMEOUT_MS);
  });
  try {
    return await Promise.race([Promise.resolve(check()), late]);
  } catch {
    return { ok: false, detail: 'the check failed' };
  } finally {
    clearTimeout(timer);
  }
}
