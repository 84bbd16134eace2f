// Late events of agents who have many later ones, against the pure fold: a refold that stops early must leave everything
// after it as a whole one would. On every database.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeAgentUpdate, decodeAgentUpdateText, type DecodedUpdate } from '@libs/domain';
import { simulateFeed } from '@libs/simulator';
import { openReadModelWriter } from '../writer/read-model-writer.js';
import type { Sql } from '../sql.js';
import type { SuiteDatabase } from './describe-dialects.js';
import { expectedRows, pureModel, storedRows } from './pure-model.js';
import { inBatches, recorded } from './recorded.js';
import { takeOver } from './take-over.js';

const SEED = 20_240_103;
const HOUR = 3_600_000;
const FROM = Date.UTC(2024, 0, 8, 6);
const FAULTS = { lost: 0.05, late: 0.03, shuffled: 0.05, derivedMissing: 0.1, unknownOld: 0.1 };

export function describeLateEvents({ open, runs }: SuiteDatabase): void {
  describe('late events before many others', () => {
    it('leave what the pure fold gives, wherever they fall and however they come together', async () => {
      const some = fc.array(fc.nat(), { minLength: 5, maxLength: 20 });
      await fc.assert(
        fc.asyncProperty(fc.nat(), some, some, async (seed, heldBack, ends) => {
          const sql = await open();
          await project(sql, withHeldBack(simulated(seed, 240), heldBack), ends);
          await sql.close();
        }),
        { seed: SEED, numRuns: runs(40, 'writes'), endOnFailure: true },
      );
    });

    it('read and write no more before 300 events than before 100, once the agent stands as before', async () => {
      const updates = simulated(1, 400);
      const late = updates[40]!;
      const counts: number[] = [];
      for (const later of [100, 300]) {
        const sql = counting(await open());
        const model = await takeOver(await openReadModelWriter(sql.counted));
        const onTime = updates.slice(0, 41 + later).filter((one) => one !== late);
        const [before, after] = inBatches(recorded([...onTime, late]), [onTime.length]);
        await model.apply(before!);
        const rows = sql.rows();
        await model.apply(after!);
        counts.push(sql.rows() - rows);
        await expectPureRows(sql.counted, [...onTime, late]);
        await sql.counted.close();
      }
      const [few = 0, many = Infinity] = counts;
      // The sums of every key there is are read; by then there are a few more keys.
      expect(many - few).toBeLessThan(20);
    });

    it('of which no later one speaks change what goes on to the end', async () => {
      const update = (minute: number, agent: Record<string, unknown>): DecodedUpdate => {
        const at = new Date(FROM + minute * 60_000).toISOString();
        const payload = { account_id: 7, data: { agent: { id: 1, updated_at: at, ...agent } } };
        const decoded = decodeAgentUpdate(payload, { receivedAt: FROM + 24 * HOUR });
        if (!decoded.ok) throw new Error(decoded.code);
        return decoded.update;
      };
      const onTime = Array.from({ length: 200 }, (_, minute) =>
        update(minute + 1, { status: 1 + (minute % 3) }),
      );
      const late = update(0, { logged_in: true, name: 'Mira' });
      const sql = await open();
      await project(sql, [...onTime, late], [onTime.length]);
      await sql.close();
    });
  });
}

/** The same feed every time, of one agent, in the order of arrival. */
function simulated(seed: number, most: number): DecodedUpdate[] {
  const { arrivals } = simulateFeed({
    ...{ seed, accountId: 7, agents: 1, from: FROM, to: FROM + 240 * HOUR, callsPerHour: 12 },
    ...{ sameSecond: 0.1, faults: FAULTS },
  });
  const updates: DecodedUpdate[] = [];
  for (const { text } of arrivals) {
    const decoded = decodeAgentUpdateText(Buffer.from(text), FROM + 300 * HOUR);
    if (decoded.ok) updates.push(decoded.update);
    if (updates.length === most) break;
  }
  return updates;
}

function withHeldBack(updates: readonly DecodedUpdate[], indices: readonly number[]): DecodedUpdate[] {
  const held = new Set(indices.map((index) => updates[index % updates.length]));
  return [...updates.filter((one) => !held.has(one)), ...held].flatMap((one) => one ?? []);
}

/** The first three quarters at once, the rest in batches that end here and there, across restarts. */
async function project(sql: Sql, updates: readonly DecodedUpdate[], ends: readonly number[]): Promise<void> {
  const most = Math.floor(updates.length * 0.75);
  const rest = updates.length - most;
  let model = await takeOver(await openReadModelWriter(sql));
  for (const batch of inBatches(recorded(updates), [most, ...ends.map((end) => most + (end % rest))])) {
    await model.apply(batch);
    if (batch.next % 3n === 0n) model = await takeOver(await openReadModelWriter(sql), model);
  }
  await expectPureRows(sql, updates);
}

/** All but the labels, which do not depend on what is refolded. */
async function expectPureRows(sql: Sql, updates: readonly DecodedUpdate[]): Promise<void> {
  for (const agent of pureModel(updates).values()) {
    expect(await storedRows(sql, agent)).toEqual(expectedRows(agent));
  }
}

/** Counts the rows that come and go. */
function counting(sql: Sql): { readonly counted: Sql; readonly rows: () => number } {
  let rows = 0;
  const counted: Sql = {
    ...sql,
    all: async <Row>(...args: Parameters<Sql['all']>) => {
      const found = await sql.all<Row>(...args);
      rows += found.length;
      return found;
    },
    insert: (table, columns, given, onConflict) => {
      rows += given.length;
      return sql.insert(table, columns, given, onConflict);
    },
  };
  return { counted, rows: () => rows };
}
