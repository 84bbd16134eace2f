import { describe, expect, it } from '@jest/globals';
import { teamNames } from './team-names.js';

describe('teamNames', () => {
  it('takes the latest name given, whoever the member, in any order', () => {
    const agents = [
      {
        teams: [
          { at: 1, value: [{ id: '7', name: 'Sales' }] },
          { at: 5, value: [{ id: '7' }] },
        ],
      },
      { teams: [{ at: 3, value: [{ id: '7', name: 'Sales EU' }, { id: '8' }] }] },
      { teams: [{ at: 3, value: [{ id: '7', name: 'Sales US' }] }] },
    ];
    expect([...teamNames(agents)]).toEqual([['7', 'Sales EU']]);
    expect([...teamNames(agents.reverse())]).toEqual([['7', 'Sales EU']]);
  });
});
