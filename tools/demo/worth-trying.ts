// What to do with a filled service: three commands to paste, and where to look further.
const DAY = 86_400_000;

export interface Filled {
  readonly ingest: string;
  readonly projector: string;
  /** The commands then take the key from ASH_API_KEY. */
  readonly hasKey: boolean;
  readonly account: number;
  readonly agentId: number;
  /** UTC epoch ms. */
  readonly from: number;
  readonly to: number;
}

export function worthTrying({ ingest, projector, hasKey, account, agentId, from, to }: Filled): string {
  const curl = (path: string, parameters: Readonly<Record<string, string>> = {}): string => {
    const query = Object.entries(parameters).map(
      ([name, value]) => `${name}=${encodeURIComponent(value).replaceAll('%3A', ':')}`,
    );
    const key = hasKey ? '-H "Authorization: Bearer $ASH_API_KEY" ' : '';
    const search = query.length === 0 ? '' : `?${query.join('&')}`;
    return `  curl -sS ${key}'${new URL(`/v1/accounts/${account}${path}`, projector).href}${search}'`;
  };
  const window = (start: number, end: number): { from: string; to: string } => {
    return { from: new Date(Math.max(start, from)).toISOString(), to: new Date(end).toISOString() };
  };
  return [
    '',
    'Worth trying:',
    '',
    'Time in each status over the last seven days, by team:',
    curl('/reports/time-in-status', { ...window(to - 7 * DAY, to), groupBy: 'team' }),
    '',
    'After call work of one agent, day by day in the agent’s own time zone:',
    curl('/reports/acw', { ...window(from, to), bucket: '1d', tz: 'agent', agentId: String(agentId) }),
    '',
    'How far the month can be trusted: changes that the feed lost, and the time in doubt for it:',
    curl('/reports/data-quality', { ...window(from, to), groupBy: 'account' }),
    '',
    `Everybody’s status now: ${new URL(`/v1/accounts/${account}/live`, projector).href}`,
    `All there is to ask:    ${new URL('/docs', projector).href} and docs/guide.md`,
    `What was no such event: ${new URL('/v1/quarantine', ingest).href}`,
    '',
  ].join('\n');
}
