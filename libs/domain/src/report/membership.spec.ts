import { describe, expect, it } from '@jest/globals';
import { membershipSegments, teamPieces } from './membership.js';
import { makeGrid } from './window.js';

const SALES = { id: '7' };
const NIGHT = { id: 'n' };

describe('membershipSegments', () => {
  it('lets the first value hold before it, and the empty list mean no team', () => {
    const teams = [
      { at: 100, value: [SALES] },
      { at: 200, value: [] },
    ];
    expect(membershipSegments(teams, 0, 300)).toEqual([
      { start: 0, end: 200, teamIds: ['7'] },
      { start: 200, end: 300, teamIds: [] },
    ]);
    expect(membershipSegments([], 0, 300)).toEqual([{ start: 0, end: 300, teamIds: [] }]);
    expect(membershipSegments(teams, 300, 300)).toEqual([]);
  });

  it('does not cut where the teams stay the same in another order or under another name', () => {
    const teams = [
      { at: 0, value: [SALES, NIGHT] },
      { at: 100, value: [{ ...NIGHT, name: 'Late' }, SALES, SALES] },
    ];
    expect(membershipSegments(teams, 0, 300)).toEqual([{ start: 0, end: 300, teamIds: ['7', 'n'] }]);
  });
});

describe('teamPieces', () => {
  const grid = makeGrid({ from: 0, to: 1_000, asOf: 800 }, undefined, 'UTC');

  it('shares the cuts of the grid when nothing changes within the window', () => {
    expect(teamPieces(grid, [{ at: -5, value: [SALES] }], undefined).cuts).toBe(grid.cuts);
  });

  it('counts a time in two teams in each, once in their union, and says so', () => {
    const teams = [
      { at: 0, value: [SALES] },
      { at: 100, value: [SALES, NIGHT] },
      { at: 300, value: [NIGHT] },
      { at: 500, value: [] },
    ];
    const { cuts, byTeam, union } = teamPieces(grid, teams, undefined);
    const lengths = (pieces = union): number[] => pieces.hi.map((hi, i) => cuts[hi]! - cuts[pieces.lo[i]!]!);
    expect(lengths(byTeam.get('7'))).toEqual([300]);
    expect(lengths(byTeam.get('n'))).toEqual([400]);
    expect(lengths(byTeam.get(null))).toEqual([300]);
    expect(lengths()).toEqual([800]);

    const named = teamPieces(grid, teams, new Set(['n']));
    expect([...named.byTeam.keys()]).toEqual(['n']);
  });
});
