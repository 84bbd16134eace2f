import { describe, expect, it } from '@jest/globals';
import { numbered } from './numbered.js';

describe('numbered', () => {
  it('counts places, and leaves alone what stands in quotes', () => {
    expect(numbered(`SELECT ? AS "why?", 'it''s ?' WHERE a = ? AND b IN (?, ?)`)).toBe(
      `SELECT $1 AS "why?", 'it''s ?' WHERE a = $2 AND b IN ($3, $4)`,
    );
  });
});
