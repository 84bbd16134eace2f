// The keys in force. Polls the file: read well -> those keys are in force; missing or damaged -> no key is, until it
// reads well again (fail closed). Never keeps a key in force because its file went bad.
import type { Logger } from 'pino';
import { idOfApiKey, matchesHash } from './api-key.js';
import { KeyFileError, readKeyFile, type KeyRecord } from './key-file.js';
import type { Principal } from './principal.js';

/** Revoking must act within 5 s; a poll a second leaves room for a slow disk. */
const POLL_MS = 1_000;
const UNKNOWN_HASH = Buffer.alloc(32);

export type Authentication =
  | { readonly outcome: 'known'; readonly principal: Principal }
  | { readonly outcome: 'unknown' }
  | { readonly outcome: 'unavailable' };

interface ActiveKey {
  readonly hash: Buffer;
  readonly principal: Principal;
}

export class KeyRing {
  private keys: ReadonlyMap<string, ActiveKey> | null = null;
  private problem: string | null = null;
  private timer: NodeJS.Timeout | null = null;
  private closed = false;

  private constructor(
    private readonly path: string,
    private readonly logger: Logger,
  ) {}

  /** Throws `KeyFileError` when the file cannot be read at the start. */
  static async open(path: string, logger: Logger, pollMs = POLL_MS): Promise<KeyRing> {
    const ring = new KeyRing(path, logger);
    ring.keys = activeKeys(await readKeyFile(path));
    ring.schedule(pollMs);
    return ring;
  }

  /** Whose key this is, in constant time whether or not there is such a key. */
  authenticate(key: string): Authentication {
    if (this.keys === null) return { outcome: 'unavailable' };
    const known = this.keys.get(idOfApiKey(key) ?? '');
    const matches = matchesHash(key, known?.hash ?? UNKNOWN_HASH);
    return known !== undefined && matches
      ? { outcome: 'known', principal: known.principal }
      : { outcome: 'unknown' };
  }

  /** Null when the file reads well, else why nobody gets in. */
  trouble(): string | null {
    return this.problem;
  }

  close(): void {
    this.closed = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  /** Reads the file again now. Never throws. */
  async reload(): Promise<void> {
    try {
      this.keys = activeKeys(await readKeyFile(this.path));
      if (this.problem !== null) this.logger.info('API keys are in force again');
      this.problem = null;
    } catch (error) {
      this.keys = null;
      if (this.problem === null)
        this.logger.error({ err: error }, 'no API key is in force: every request is refused');
      this.problem =
        error instanceof KeyFileError ? 'the key file is missing or damaged' : 'the key file cannot be read';
    }
  }

  private schedule(pollMs: number): void {
    this.timer = setTimeout(() => {
      void this.reload().then(() => {
        if (!this.closed) this.schedule(pollMs);
      });
    }, pollMs).unref();
  }
}

function activeKeys(records: readonly KeyRecord[]): ReadonlyMap<string, ActiveKey> {
  return new Map(
    records
      .filter(({ revokedAt }) => revokedAt === null)
      .map(({ id, hash, scopes, accounts }) => [
        id,
        { hash: Buffer.from(hash, 'hex'), principal: { keyId: id, scopes, accounts } },
      ]),
  );
}
