import { Controller, Get, Module, type OnModuleInit } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeOpenApi } from './write-open-api.js';

class Store implements OnModuleInit {
  constructor() {
    throw new Error('describing an app must not open its store');
  }
  onModuleInit(): void {
    throw new Error('describing an app must not start it');
  }
}

@Controller('v1')
class SampleController {
  constructor(private readonly store: Store) {}

  @Get('things')
  things(): Store {
    return this.store;
  }
}

@Module({ controllers: [SampleController], providers: [Store] })
class SampleModule {}

describe('writeOpenApi', () => {
  const info = { title: 'Sample', description: '', version: '1' };
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'openapi-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('describes an app without making its providers, and tells when the file has drifted', async () => {
    const path = join(directory, 'docs', 'sample.json');
    await expect(writeOpenApi(SampleModule, { info, path, check: true })).rejects.toThrow(/out of date/);
    await writeOpenApi(SampleModule, { info, path, check: false });
    const { paths } = JSON.parse(await readFile(path, 'utf8')) as { paths: object };
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/v1/things', '/health/live', '/health/ready']),
    );
    await writeOpenApi(SampleModule, { info, path, check: true });
    await writeFile(path, '{}');
    await expect(writeOpenApi(SampleModule, { info, path, check: true })).rejects.toThrow(/out of date/);
  });
});
