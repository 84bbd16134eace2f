// Figures at cuts, counted from the first one on: what each piece between two cuts had is found by look-ups, a few a series
// however long the window, or, where that costs less (many cuts, few intervals), by reading the window's intervals once.
import { makeFigures, SUMS_WIDTH, type AgentFigures, type FiguresQuery } from '@libs/domain';
import type { Sql } from '../../sql.js';
import { lookUpPieces } from './look-up-pieces.js';
import { agentsByCuts, NO_AGENT, type AgentNumbers } from './padded-lists.js';
import { agentsToScan, scanIntervals, type ScannedInterval } from './scan-intervals.js';

/** With fewer cuts nobody needs to ask which way is cheaper. */
const FEWEST_CUTS_TO_SCAN = 8;

const ENTRIES = 1;
const UNCERTAIN = 2;
const INFERRED = 3;

export async function sqlFigures(
  sql: Sql,
  numbers: AgentNumbers,
  query: FiguresQuery,
): Promise<Map<string, AgentFigures>> {
  const figures = new Map<string, AgentFigures>();
  for (const [cuts, agentIds] of agentsByCuts(query.requests)) {
    const ids = new Map(agentIds.map((agentId) => [numbers.get(agentId) ?? NO_AGENT, agentId]));
    const sums = await sumsOfAgents(sql, [...ids.keys()], cuts, query);
    for (const [agent, own] of sums) figures.set(ids.get(agent) ?? '', own.toFigures());
  }
  return figures;
}

async function sumsOfAgents(
  sql: Sql,
  agents: readonly number[],
  cuts: readonly number[],
  query: FiguresQuery,
): Promise<Map<number, PieceSums>> {
  // The open interval is told at E, which may lie after the last cut.
  const instants = cuts.at(-1) === query.effectiveEnd ? cuts : [...cuts, query.effectiveEnd];
  const scanned =
    instants.length < FEWEST_CUTS_TO_SCAN
      ? new Set<number>()
      : await agentsToScan(sql, agents, instants, query);
  const all = new Map<number, PieceSums>();
  const sumsOf = (agent: number): PieceSums => {
    let sums = all.get(agent);
    if (sums === undefined) all.set(agent, (sums = new PieceSums(cuts.length)));
    return sums;
  };
  const lookedUp = agents.filter((agent) => !scanned.has(agent));
  for (const row of await lookUpPieces(sql, lookedUp, instants, query)) {
    const sums = sumsOf(row.agent);
    sums.add(row.key, row.piece, row.ms, row.entries, row.uncertain, row.inferred);
    const isLast = row.piece === instants.length - 2;
    if (isLast && row.open_start !== null) sums.open = { key: row.key, start: row.open_start };
  }
  const window = { from: instants[0] ?? 0, to: query.effectiveEnd };
  for (const row of await scanIntervals(sql, [...scanned], window, query)) {
    const sums = sumsOf(row.agent);
    addInterval(sums, row, instants);
    const { key, start_at: start, end_at: end } = row;
    if (end === null || end > query.asOf) sums.open = { key, start };
  }
  return all;
}

/** What one agent had in each piece; piece i lies between cuts i and i + 1. */
class PieceSums {
  open: AgentFigures['open'] = null;
  private readonly keys: string[] = [];
  /** By key, SUMS_WIDTH numbers a cut. Plain arrays: thousands of short typed ones cost more than all that is in them. */
  private readonly sums: number[][] = [];

  constructor(private readonly cutCount: number) {}

  /** What lies after the last cut counts for nothing. */
  add(key: string, piece: number, ms: number, entries: number, uncertain: number, inferred: number): void {
    const cut = piece + 1;
    if (cut >= this.cutCount) return;
    const sums = this.sumsOf(key);
    const at = cut * SUMS_WIDTH;
    sums[at] = (sums[at] ?? 0) + ms;
    sums[at + ENTRIES] = (sums[at + ENTRIES] ?? 0) + entries;
    sums[at + UNCERTAIN] = (sums[at + UNCERTAIN] ?? 0) + uncertain;
    sums[at + INFERRED] = (sums[at + INFERRED] ?? 0) + inferred;
  }

  toFigures(): AgentFigures {
    const figures = makeFigures(this.keys, this.cutCount, this.open);
    this.sums.forEach((sums, key) => {
      for (let at = SUMS_WIDTH; at < sums.length; at += 1) {
        sums[at] = (sums[at] ?? 0) + (sums[at - SUMS_WIDTH] ?? 0);
      }
      figures.sums.set(sums, key * sums.length);
    });
    return figures;
  }

  private sumsOf(key: string): number[] {
    let index = this.keys.indexOf(key);
    if (index === -1) {
      index = this.keys.push(key) - 1;
      this.sums.push(new Array<number>(this.cutCount * SUMS_WIDTH).fill(0));
    }
    return this.sums[index] ?? [];
  }
}

/** Cuts an interval at the instants. One that begins or ends outside of them counts only for its part between. */
function addInterval(sums: PieceSums, row: ScannedInterval, instants: readonly number[]): void {
  const { key, start_at: start, end_at, uncertain_from: uncertainFrom, inferred } = row;
  const end = end_at ?? Infinity;
  for (let piece = pieceOf(instants, start); piece < instants.length - 1; piece += 1) {
    const [from = 0, to = 0] = [instants[piece], instants[piece + 1]];
    const isEntry = start >= from;
    if (!isEntry && end <= from) return;
    const until = Math.min(end, to);
    const ms = until - Math.max(start, from);
    const uncertain = uncertainFrom === null ? 0 : Math.max(0, until - Math.max(uncertainFrom, from));
    sums.add(key, piece, ms, isEntry ? 1 : 0, uncertain, inferred === 1 ? ms : 0);
  }
}

/** The piece in which an instant lies; the first for one before it. */
function pieceOf(instants: readonly number[], t: number): number {
  let low = 0;
  let high = instants.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((instants[middle] ?? Infinity) <= t) low = middle;
    else high = middle - 1;
  }
  return low;
}
