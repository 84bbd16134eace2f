import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openQuarantineFile } from './open-quarantine-file.js';
import { prepareQueries } from './quarantine-queries.js';
import { SCHEMA_STEPS, SCHEMA_VERSION } from './schema.js';

describe('openQuarantineFile', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quarantine-'));
    file = join(folder, 'quarantine.db');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('leads a file of the first version to the present one, and keeps what is in it', () => {
    const old = new Database(file);
    old.exec(SCHEMA_STEPS[1]!);
    old.pragma('user_version = 1');
    old.exec(`INSERT INTO items VALUES (7, 'not-json', 'why', NULL, 'http', 'payload', 1, 1, 1, 4, 4, 0, NULL, NULL,
      x'00', CAST('nope' AS BLOB))`);
    old.close();
    for (const _open of ['once', 'again']) {
      const db = openQuarantineFile(file);
      expect(prepareQueries(db).get(7)).toMatchObject({ id: 7, kafka: null, raw: Buffer.from('nope') });
      expect(db.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION);
      db.close();
    }
  });

  it('refuses a file of a version to come', () => {
    const later = new Database(file);
    later.pragma(`user_version = ${SCHEMA_VERSION + 1}`);
    later.close();
    expect(() => openQuarantineFile(file)).toThrow(`this program knows ${SCHEMA_VERSION}`);
  });
});
