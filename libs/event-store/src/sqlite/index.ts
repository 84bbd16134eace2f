// The embedded adapter: better-sqlite3 is used in this folder and nowhere else in this library.
export { backupSqliteFile } from './backup-sqlite-file.js';
export type { BackupSqliteFileOptions } from './backup-sqlite-file.js';
export { openSqliteEventStore } from './sqlite-event-store.js';
export type { SqliteEventStore, SqliteEventStoreOptions } from './sqlite-event-store.js';
export { waitForEventStore } from './wait-for-event-store.js';
export type { WaitForEventStoreOptions } from './wait-for-event-store.js';
