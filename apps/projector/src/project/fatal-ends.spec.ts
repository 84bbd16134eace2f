// Stores that cannot be right end the app, with a line that says what to do and quotes nothing of what they hold.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { tempFolders } from '@libs/event-store/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startProjector, type ProjectorUnderTest } from '../testing/projector-under-test.js';

const newFolder = tempFolders();
const SECRET = 'Rosalind';

describe('the app ends', () => {
  let folder: string;
  let running: ProjectorUnderTest[];

  beforeEach(() => {
    folder = newFolder();
    running = [];
  });
  afterEach(async () => {
    for (const app of running) await app.close();
  });

  async function start(onFatal: (error: Error) => void): Promise<ProjectorUnderTest> {
    const app = await startProjector({ folder, runtime: { onFatal } });
    running.push(app);
    return app;
  }

  /** A projector that has projected three events and has been stopped. */
  async function projected(): Promise<void> {
    const app = await start(() => undefined);
    let position = '';
    for (const minute of [10, 20, 30]) {
      position = await app.append({
        ...{ agent: '7', at: `2026-03-02T09:${minute}:00Z`, from: 'available', to: 'busy' },
        since: '2026-03-02T09:00:00Z',
      });
    }
    expect((await app.get(`/v1/accounts?minPosition=${position}`)).status).toBe(200);
    running.pop();
    await app.close();
  }

  /** What only a damaged disk or somebody's hand can do to the log. */
  function tamper(statement: string): void {
    const db = new Database(join(folder, 'events.db'));
    const triggers = db.prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'trigger'`).pluck();
    for (const name of triggers.all()) db.exec(`DROP TRIGGER "${name}"`);
    db.exec(statement);
    db.close();
  }

  async function fatalLine(): Promise<string> {
    let told: (error: Error) => void = () => undefined;
    const fatal = new Promise<Error>((resolve) => (told = resolve));
    const app = await start(told);
    await fatal;
    expect((await app.get('/v1/projections')).text).toContain('"state":"stopped"');
    const lines = app.logged().split('\n');
    const line = lines.find((one) => one.includes('"level":"fatal"')) ?? '';
    expect(line).not.toContain(SECRET);
    return (JSON.parse(line) as { msg: string }).msg;
  }

  const startOver = (): void => writeFileSync(join(folder, 'read.db'), '');

  it('when an event is missing from the log', async () => {
    await projected();
    startOver();
    tamper('DELETE FROM events WHERE position = 2');
    expect(await fatalLine()).toMatch(/^the projection must not go on: event store: .*events are missing$/);
  });

  it('when an event of the log cannot be read, and does not say what stands there', async () => {
    await projected();
    startOver();
    tamper(`UPDATE events SET data = '${SECRET}' WHERE position = 2`);
    expect(await fatalLine()).toBe(
      'the projection must not go on: event store: the event at position 2 is not JSON',
    );
  });

  it('when the log has been cut behind what was projected', async () => {
    await projected();
    tamper('DELETE FROM events WHERE position > 1');
    expect(await fatalLine()).toMatch(/^the projection must not go on: .* from another log than this one/);
  });

  it('when the log is no database', async () => {
    writeFileSync(join(folder, 'events.db'), `${SECRET} `.repeat(1_000));
    expect(await fatalLine()).toMatch(/^the projection must not go on: event store: SQLITE_NOTADB/);
  });

  it('when the read model is no database, and says that it can be made anew', async () => {
    await projected();
    // A write-ahead log that a reader has left would bring the file back.
    for (const beside of ['-wal', '-shm']) rmSync(join(folder, `read.db${beside}`), { force: true });
    writeFileSync(join(folder, 'read.db'), `${SECRET} `.repeat(1_000));
    expect(await fatalLine()).toMatch(/^the projection must not go on: .*remove it, and it is filled anew$/);
  });
});
