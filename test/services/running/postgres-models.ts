// Read models in a real PostgreSQL, each under a name of its own, and taken away when its test is over.
import { randomUUID } from 'node:crypto';
import { openPostgres, type PostgresTarget } from '@libs/read-models';
import { dropSchemas, type DialectUnderTest } from '../../../libs/read-models/src/testing/dialects.js';

export function newName(): string {
  return `test_${randomUUID().slice(0, 8)}`;
}

export async function dropModel(target: PostgresTarget): Promise<void> {
  const sql = openPostgres(target, 'write');
  await dropSchemas(sql, target.schema);
  await sql.close();
}

export function realPostgres(url: () => string): DialectUnderTest {
  return {
    name: 'PostgreSQL',
    slower: { writes: 5, reads: 2 },
    start: () =>
      Promise.resolve({
        open: () => {
          const schema = newName();
          const sql = openPostgres({ url: url(), schema }, 'write');
          const close = async (): Promise<void> => {
            await dropSchemas(sql, schema);
            await sql.close();
          };
          return Promise.resolve({ ...sql, close });
        },
        close: () => Promise.resolve(),
      }),
  };
}
