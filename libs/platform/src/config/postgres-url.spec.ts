import { describe, expect, it } from '@jest/globals';
import { loadConfig, projectorConfig, StartupError } from './index.js';

const readModelOf = (url: string) => loadConfig(projectorConfig, { READ_MODEL_URL: url }).readModel;

describe('READ_MODEL_URL', () => {
  it.each([
    ['postgres://u:p%40@db:5433/model', 'postgres://u:p%40@db:5433/model', 'read'],
    [
      'postgresql://u@db/model?sslmode=require&schema=blue_1',
      'postgresql://u@db/model?sslmode=require',
      'blue_1',
    ],
  ])('reads %s', (text, url, schema) => {
    expect(readModelOf(text)).toEqual({ kind: 'postgres', url, schema });
  });

  it.each([
    ...[
      'postgres://u:s3cret@db',
      'postgres://u:s3cret@db/',
      'postgres:s3cret',
      'postgres://u:s3cret@[/model',
    ],
    ...['postgres://u:s3cret@db/m?schema=Read', 'postgres://u:s3cret@db/m?schema=pg_x'],
    ...['postgres://u:s3cret@db/m?schema=s3cret";', 'esdb://u:s3cret@db'],
  ])('refuses %s without echoing it', (url) => {
    expect(() => readModelOf(url)).toThrow(StartupError);
    expect(() => readModelOf(url)).toThrow(/READ_MODEL_URL: (?!.*s3cret)/);
  });

  it('is no place for the event store', () => {
    expect(() => loadConfig(projectorConfig, { EVENT_STORE_URL: 'postgres://u@db/model' })).toThrow(
      'EVENT_STORE_URL',
    );
  });
});
