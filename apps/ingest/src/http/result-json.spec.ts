import { describe, expect, it } from '@jest/globals';
import type { UpdateResult } from '../record-agent-update/update-result.js';
import { resultText, toResultJson } from './result-json.js';

const recorded = { eventId: '01234567-89ab-8def-8123-456789abcdef', accountId: '1', agentId: '20' };
const results: UpdateResult[] = [
  { outcome: 'appended', ...recorded, revision: 0, position: 9_007_199_254_740_993n },
  { outcome: 'duplicate', ...recorded, revision: 3, position: 1n },
  { outcome: 'quarantined', accountId: null, code: 'not-json', detail: 'a "quoted" one', quarantineId: '5' },
  { outcome: 'rejected', accountId: '7' },
];

describe('resultText', () => {
  it.each(results)('is what the result is as JSON, member by member: $outcome', (result) => {
    expect(resultText(result)).toBe(JSON.stringify(toResultJson(result)));
  });
});
