// Chooses between keys and the open loopback mode at start, and says which in the log. Refuses anything in between.
import type { Logger } from 'pino';
import { StartupError } from '../bootstrap/startup-error.js';
import type { ServerConfig } from '../config/app-config.js';
import type { Access } from './access-control.js';
import { KeyFileError } from './key-file.js';
import { KeyRing } from './key-ring.js';
import { isLoopbackHost } from './loopback.js';

/** Throws `StartupError` on an open non-loopback host, and on a key file that is missing or damaged. */
export async function openAccess(
  config: Pick<ServerConfig, 'host' | 'apiKeysFile'>,
  logger: Logger,
): Promise<Access> {
  if (config.apiKeysFile !== null) {
    return { mode: 'keys', ring: await openRing(config.apiKeysFile, logger) };
  }
  if (!isLoopbackHost(config.host)) {
    throw new StartupError('HOST must be a loopback address (127.0.0.1) as long as API_KEYS_FILE is not set');
  }
  logger.warn('no API_KEYS_FILE: open to every program on this machine, loopback only');
  return { mode: 'open' };
}

async function openRing(path: string, logger: Logger): Promise<KeyRing> {
  try {
    return await KeyRing.open(path, logger);
  } catch (error) {
    if (!(error instanceof KeyFileError)) throw error;
    throw new StartupError(`${error.message}; npm run -s cli -- keys create makes one`, { cause: error });
  }
}
