// The registry of one app. No label may name an agent, an account or a key.
import { collectDefaultMetrics, Registry } from 'prom-client';

/** Process metrics, event loop delay and garbage collection are in it from the start. */
export function createMetrics(app: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ app });
  collectDefaultMetrics({ register: registry });
  return registry;
}
