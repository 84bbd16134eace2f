// Writes an app's OpenAPI document without starting the app: no provider is made, no store is opened.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { StartupError } from '../bootstrap/startup-error.js';
import { rootModule } from '../bootstrap/root-module.js';
import { buildOpenApi, type OpenApiInfo } from './open-api.js';

/** Writes the document to `path`; with `check`, throws a `StartupError` if the file differs instead. */
export async function writeOpenApi(
  module: Type | DynamicModule,
  options: { readonly info: OpenApiInfo; readonly path: string; readonly check: boolean },
): Promise<void> {
  const app = await NestFactory.create(rootModule(module), new FastifyAdapter(), {
    logger: false,
    preview: true,
    abortOnError: false,
  });
  const text = `${JSON.stringify(buildOpenApi(app, options.info), null, 2)}\n`;
  if (!options.check) {
    await mkdir(dirname(options.path), { recursive: true });
    await writeFile(options.path, text);
    return;
  }
  const committed = await readFile(options.path, 'utf8').catch(() => '');
  if (committed !== text) throw new StartupError(`${options.path} is out of date: npm run openapi:generate`);
}
