// Starts the projection in a thread of its own, so that folding never delays a reply.
import { Worker } from 'node:worker_threads';
import type { StoreUrls } from '../adapters.js';
import type { ProjectionEnd, ProjectionReport, StartProjection } from './projection-report.js';

export type ProjectionMessage =
  | { readonly kind: 'report'; readonly report: ProjectionReport }
  | { readonly kind: 'end'; readonly end: ProjectionEnd };

export function projectionThread(urls: StoreUrls): StartProjection {
  return ({ signal, onReport }) =>
    new Promise((resolve) => {
      let end: ProjectionEnd | null = null;
      const worker = new Worker(new URL('./projection-worker.js', import.meta.url), { workerData: urls });
      const stop = (): void => worker.postMessage('stop');
      worker.on('message', (message: ProjectionMessage) => {
        switch (message.kind) {
          case 'report':
            onReport(message.report);
            return;
          case 'end':
            end = message.end;
            return;
          default:
            throw new Error(`no such message: ${String(message satisfies never)}`);
        }
      });
      worker.on('error', (thrown) => {
        end = { kind: 'crashed', error: thrown instanceof Error ? thrown : new Error(String(thrown)) };
      });
      worker.on('exit', (code) => {
        signal.removeEventListener('abort', stop);
        resolve(
          end ?? { kind: 'crashed', error: new Error(`the projection's thread ended with code ${code}`) },
        );
      });
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
    });
}
