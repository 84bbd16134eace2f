import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { renderEnvExample } from './env-example.js';

describe('.env.example', () => {
  it('is what the variables say of themselves (npm run env:generate writes it)', async () => {
    expect(await readFile('.env.example', 'utf8')).toBe(renderEnvExample());
  });

  it('shows every default', () => {
    const text = renderEnvExample();
    for (const line of [
      '#HOST=127.0.0.1',
      '#INGEST_PORT=3001',
      '#PROJECTOR_PORT=3002',
      '#DATA_DIR=./data',
      '#LOG_LEVEL=info',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
  });
});
