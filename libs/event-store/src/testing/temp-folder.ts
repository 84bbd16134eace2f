// Folders for the files of one spec, removed when it is done.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';

/** Each call gives a new empty folder; all go after the spec's last test. */
export function tempFolders(): () => string {
  const folders: string[] = [];
  afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));
  return () => {
    const folder = mkdtempSync(join(tmpdir(), 'event-store-'));
    folders.push(folder);
    return folder;
  };
}
