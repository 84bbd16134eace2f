// More instants than one statement takes, which no report of the contract suite asks for.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { getSums } from '@libs/domain';
import { arbitraryFeed, DAY } from '@libs/domain/testing';
import { openSqlite } from '../../sqlite/open-sqlite.js';
import { inBatches, recorded } from '../../testing/recorded.js';
import { openReadModelWriter } from '../../writer/read-model-writer.js';
import { lookUpPieces, type PieceRow } from './look-up-pieces.js';
import { agentsToScan } from './scan-intervals.js';
import { sqlFigures } from './sql-figures.js';

const INSTANTS = Array.from({ length: 700 }, (_, index) => DAY - 5_000 + index * 100);
const END = INSTANTS.at(-1) ?? 0;
const ASKED = { track: 'status', asOf: END } as const;

describe('figures at seven hundred cuts', () => {
  const sql = openSqlite(':memory:', 'write');
  let agents: { agent: number; agent_id: string }[] = [];
  let oneByOne: PieceRow[] = [];

  beforeAll(async () => {
    const model = await openReadModelWriter(sql);
    const [updates = []] = fc.sample(arbitraryFeed, { seed: 20_240_107, numRuns: 1 });
    for (const batch of inBatches(recorded(updates), [])) await model.apply(batch);
    agents = await sql.all('SELECT agent, agent_id FROM agent');
    for (const [piece, from] of INSTANTS.slice(0, -1).entries()) {
      const rows = await lookUpPieces(sql, numbers(), [from, INSTANTS[piece + 1] ?? 0], ASKED);
      oneByOne = [...oneByOne, ...rows.map((row) => ({ ...row, piece }))];
    }
  });
  afterAll(() => sql.close());

  const numbers = (): number[] => agents.map(({ agent }) => agent);
  const inOrder = (rows: readonly PieceRow[]): PieceRow[] =>
    rows.toSorted(
      (x, y) => x.agent - y.agent || x.piece - y.piece || (x.key < y.key ? -1 : Number(x.key > y.key)),
    );

  it('are looked up piece by piece as if each had been asked for alone', async () => {
    for (const one of [(piece: number) => piece < 512, (piece: number) => piece >= 512]) {
      expect(oneByOne.filter(({ piece }) => one(piece)).length).toBeGreaterThan(50);
    }
    expect(inOrder(await lookUpPieces(sql, numbers(), INSTANTS, ASKED))).toEqual(inOrder(oneByOne));
  });

  it('are the same from a scan', async () => {
    const withRows = new Set(oneByOne.map(({ agent }) => agent));
    expect(await agentsToScan(sql, numbers(), INSTANTS, ASKED)).toEqual(withRows);
    const requests = agents.map(({ agent_id: agentId }) => ({ agentId, cuts: INSTANTS }));
    const rowOf = new Map(agents.map(({ agent, agent_id: agentId }) => [agentId, agent]));
    const figures = await sqlFigures(sql, rowOf, { ...ASKED, requests, effectiveEnd: END });
    const found = [...figures].flatMap(([agentId, own]) =>
      INSTANTS.slice(0, -1).flatMap((_, piece) =>
        own.keys.flatMap((key, index) => {
          const [before, after] = [piece, piece + 1].map((cut) => getSums(own, INSTANTS.length, index, cut));
          if (before === undefined || after === undefined) return [];
          const ms = after.ms - before.ms;
          const entries = after.entries - before.entries;
          if (ms === 0 && entries === 0) return [];
          const uncertain = after.uncertainMs - before.uncertainMs;
          const inferred = after.inferredMs - before.inferredMs;
          return [
            {
              ...{ agent: rowOf.get(agentId) ?? 0, key, piece, ms, entries, uncertain, inferred },
              open_start: null,
            },
          ];
        }),
      ),
    );
    expect(inOrder(found)).toEqual(inOrder(oneByOne.map((row) => ({ ...row, open_start: null }))));
    const open = oneByOne.filter(
      ({ piece, open_start }) => piece === INSTANTS.length - 2 && open_start !== null,
    );
    expect(open.length).toBeGreaterThan(0);
    for (const { agent, key, open_start: start } of open) {
      const agentId = agents.find((one) => one.agent === agent)?.agent_id ?? '';
      expect(figures.get(agentId)?.open).toEqual({ key, start });
    }
  });
});
