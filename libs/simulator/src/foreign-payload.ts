// A payload of Freshdesk under the same event name, told apart by its host or, without one, by its shape.
import type { SeededRandom } from './seeded-random.js';
import { SECOND } from './units.js';

/** JSON text. No two of different numbers are the same. */
export function foreignPayload(random: SeededRandom, accountId: number, number: number, at: number): string {
  const isAvailable = random.chance(0.5);
  return JSON.stringify({
    event: 'onAgentUpdate',
    account_id: String(accountId),
    ...(random.chance(0.5) ? { domain: 'acme.freshdesk.com' } : {}),
    ...{ region: 'US', timestamp: at / SECOND + 0.5, version: '1.3.6' },
    data: {
      actor: { id: String(64_000 + number), type: 'agent' },
      agent: { id: String(64_000 + number), available: isAvailable, signature_html: '<p>x</p>' },
      associations: {},
      changes: { model_changes: { available: [!isAvailable, isAvailable] }, system_changes: {} },
    },
  });
}
