export * from './sql.js';
export { openSqlite } from './sqlite/open-sqlite.js';
export { servingPath } from './sqlite/serving-version.js';
export { FOLD_VERSION } from './schema.js';
export { openPostgres, type PostgresTarget } from './postgres/open-postgres.js';
export { openReadModelWriter, type ReadModel } from './writer/read-model-writer.js';
export * from './queries/queries.js';
export { readCheckpoint, runQuery, type Checkpoint } from './queries/run-query.js';
