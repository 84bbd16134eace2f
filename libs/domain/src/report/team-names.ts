// What teams are called now: the name in the latest membership that gives one.
import { compareText, type ReportAgent } from './report-query.js';

/** Names by team id; of two given at the same instant the smaller, so that the order of agents changes nothing. */
export function teamNames(agents: readonly Pick<ReportAgent, 'teams'>[]): ReadonlyMap<string, string> {
  const latest = new Map<string, { readonly at: number; readonly name: string }>();
  for (const { teams } of agents) {
    for (const { at, value } of teams) {
      for (const { id, name } of value) {
        const known = latest.get(id);
        if (name === undefined || (known !== undefined && known.at > at)) continue;
        if (known?.at === at && compareText(known.name, name) <= 0) continue;
        latest.set(id, { at, name });
      }
    }
  }
  return new Map([...latest].map(([id, { name }]) => [id, name]));
}
