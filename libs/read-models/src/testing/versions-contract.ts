// The schemas of a read model in PostgreSQL: made once, kept apart by fold version, dropped only when two later ones are there.
import { describe, expect, it } from '@jest/globals';
import { FOLD_VERSION } from '../schema.js';
import type { Sql } from '../sql.js';
import { openReadModelWriter } from '../writer/read-model-writer.js';
import type { SuiteDatabase } from './describe-dialects.js';
import { takeOver } from './take-over.js';

export function describeVersions({ open }: SuiteDatabase): void {
  describe('the schemas', () => {
    /** The read model's name, from that of the schema in use. */
    async function nameOf(sql: Sql): Promise<string> {
      const [row] = await sql.all<{ schema: string }>('SELECT current_schema() AS schema');
      return row!.schema.replace(/_v\d+$/, '');
    }
    const schemas = async (sql: Sql, name: string): Promise<string[]> => {
      const like = `${name}\\_%`;
      const rows = await sql.all<{ nspname: string }>(
        'SELECT nspname FROM pg_namespace WHERE nspname LIKE ? ORDER BY nspname',
        [like],
      );
      return rows.map(({ nspname }) => nspname);
    };

    it('opened again keep what they hold', async () => {
      const sql = await open();
      const model = await takeOver(await openReadModelWriter(sql));
      await model.apply({ events: [], expected: null, next: 5n });
      const again = await openReadModelWriter(sql);
      expect(await again.checkpoint()).toBe(5n);
      await sql.close();
    });

    it('of the fold version before are kept beside those of this one, older ones are dropped', async () => {
      const sql = await open();
      await sql.prepare();
      const name = await nameOf(sql);
      for (const version of [FOLD_VERSION - 2, FOLD_VERSION - 1]) {
        await sql.run(`CREATE SCHEMA ${name}_v${version}`);
        const row = [version, `${name}_v${version}`];
        await sql.run(`INSERT INTO ${name}.version (fold_version, schema_name) VALUES (?, ?)`, row);
      }
      const model = await openReadModelWriter(sql);
      expect(await schemas(sql, name)).toEqual([`${name}_v${FOLD_VERSION - 1}`, `${name}_v${FOLD_VERSION}`]);
      expect(await model.checkpoint()).toBeNull();
      await sql.close();
    });

    it('changed by a later release are left alone', async () => {
      const sql = await open();
      await sql.prepare();
      await sql.run(`INSERT INTO ${await nameOf(sql)}.migration (step) VALUES (99)`);
      await expect(openReadModelWriter(sql)).rejects.toThrow('later release');
      await sql.close();
    });

    it('sort text by its bytes, whatever the locale of the database', async () => {
      const sql = await open();
      await sql.prepare();
      const keys = ['a', 'B', 'ä', 'Z', 'é', 'ﬀ', '😀'];
      await sql.insert(
        'series',
        ['series', 'agent', 'track', 'key'],
        keys.map((key, index) => [index + 1, 1, 0, key]),
      );
      const rows = await sql.all<{ key: string }>('SELECT key FROM series ORDER BY key');
      expect(rows.map(({ key }) => key)).toEqual(['B', 'Z', 'a', 'ä', 'é', 'ﬀ', '😀']);
      await sql.close();
    });
  });
}
