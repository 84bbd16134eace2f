// Which events of an agent came late, by the order of the log alone.
import type { IncomingEvent } from './fold-agents.js';

/**
 * An event is late if an earlier one of its agent, in the order of the log, has a later `at`. `latest`: the greatest `at`
 * of those before `incoming`; null if there are none.
 */
export function withLateness(latest: number | null, incoming: readonly IncomingEvent[]): IncomingEvent[] {
  let greatest = latest ?? -Infinity;
  return incoming.map((event) => {
    const late = event.evidence.at < greatest;
    greatest = Math.max(greatest, event.evidence.at);
    return late ? { ...event, late } : event;
  });
}
