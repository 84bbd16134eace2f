// A log of millions of events in minutes: each simulated agent's events stand there several times, under other agents' names.
import { createHash } from 'node:crypto';
import { AGENT_UPDATED, decodeAgentUpdateText, eventIdOf } from '@libs/domain';
import { openSqliteEventStore } from '@libs/event-store/sqlite';
import Database from 'better-sqlite3';

const ROWS = 10_000;
/** Beyond every simulated agent's id. */
const ID_STEP = 10_000_000;
const RECORDED_FROM = Date.UTC(2026, 6, 1);

/** `file`: a new one. The first of the `copies` keep their names. Copies of one event follow one another. */
export async function multiplyLog(file: string, lines: readonly Buffer[], copies: number): Promise<void> {
  await openSqliteEventStore({ file, now: Date.now }).close();
  const db = new Database(file);
  try {
    db.pragma('synchronous = OFF');
    const insert = db.prepare(
      `INSERT INTO events (position, stream, revision, id, type, data, metadata, recorded_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    const revisions = new Map<string, number>();
    let position = 0;
    const insertAll = db.transaction((some: readonly Buffer[]) => {
      for (const line of some) {
        const decoded = decodeAgentUpdateText(line, Date.now());
        if (!decoded.ok) throw new Error(`a payload was refused: ${decoded.code}`);
        const { stream, fingerprint, data } = decoded.update;
        const { agentId, at } = data;
        const text = JSON.stringify(data);
        const revision = (revisions.get(stream) ?? -1) + 1;
        revisions.set(stream, revision);
        for (let copy = 0; copy < copies; copy += 1) {
          const id = String(Number(agentId) + copy * ID_STEP);
          const own = copy === 0 ? fingerprint : sha256(`${fingerprint}-${copy}`);
          const recordedAt = RECORDED_FROM + (position += 1);
          const metadata = { fingerprint: own, receivedAt: recordedAt, via: 'import', maxAt: at };
          insert.run(
            ...[position, stream.replace(/\d+$/, id), revision, eventIdOf(own), AGENT_UPDATED],
            text
              .replace(`"agentId":"${agentId}"`, `"agentId":"${id}"`)
              .replace(`"agent":{"id":${agentId}`, `"agent":{"id":${id}`),
            ...[JSON.stringify(metadata), recordedAt],
          );
        }
      }
    });
    for (let from = 0; from < lines.length; from += ROWS) {
      insertAll.immediate(lines.slice(from, from + ROWS));
      // The event loop of a progress line.
      await new Promise(setImmediate);
    }
  } finally {
    db.close();
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
