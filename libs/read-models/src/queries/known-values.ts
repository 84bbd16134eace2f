// What an account has seen so far: its statuses (or another track's values), its teams; and which accounts there are.
import { categoryOfKey, fixedLabelOf } from '@libs/domain';
import { z } from 'zod';
import { UNNAMED_AT } from '../schema.js';
import type { Sql } from '../sql.js';
import { trackNumber } from '../writer/agent-record.js';
import { demandAccount, instant, paged, resumed } from './find-agent.js';
import type { ListParameters, QueryParameters, QueryReply } from './queries.js';

interface SeenRow {
  key: string;
  first_seen: number;
  last_seen: number;
}

export async function statuses(sql: Sql, parameters: QueryParameters['statuses']): Promise<QueryReply> {
  const { account, track, asOf, limit, after } = parameters;
  await demandAccount(sql, account);
  const rows = await sql.all<SeenRow>(
    `SELECT key, min(first_seen) AS first_seen, max(last_seen) AS last_seen FROM (
       SELECT series.key AS key,
         (SELECT start_at FROM status_interval WHERE status_interval.series = series.series
          ORDER BY start_at, ordinal LIMIT 1) AS first_seen,
         (SELECT CASE WHEN end_at IS NULL OR end_at > ? THEN ? ELSE end_at END FROM status_interval
          WHERE status_interval.series = series.series ORDER BY start_at DESC, ordinal DESC LIMIT 1) AS last_seen
       FROM series JOIN agent ON agent.agent = series.agent
       WHERE agent.account = ? AND series.track = ?
     ) AS seen WHERE first_seen <= ? GROUP BY key`,
    [asOf, asOf, account, trackNumber(track), asOf],
  );
  const [page, next] = paged(keysAfter(rows, after), limit, ({ key }) => key);
  const labels = await loadLabels(sql, account, track);
  const shown = page.map(({ key, first_seen, last_seen }) => ({
    ...{ key, category: track === 'status' ? categoryOfKey(key) : null, label: labels(key) },
    ...{ firstSeen: instant(first_seen), lastSeen: instant(last_seen) },
  }));
  return { body: { track, statuses: shown }, next };
}

export async function teams(sql: Sql, { account, limit, after }: ListParameters): Promise<QueryReply> {
  await demandAccount(sql, account);
  const rows = await sql.all<{ key: string; at: number; label: string }>(
    `SELECT key, at, label FROM label WHERE account = ? AND kind = 'team'`,
    [account],
  );
  const [page, next] = paged(keysAfter(rows, after), limit, ({ key }) => key);
  const shown = page.map(({ key, at, label }) => ({
    teamId: key,
    teamName: at === UNNAMED_AT ? null : label,
  }));
  return { body: { teams: shown }, next };
}

/** Sorted here: databases compare bytes, which is not the order of code units beyond the basic plane. */
function keysAfter<Row extends { readonly key: string }>(rows: readonly Row[], after: string | null): Row[] {
  const last = resumed(after, z.string()) ?? '';
  return rows.filter(({ key }) => key > last).sort((x, y) => (x.key < y.key ? -1 : 1));
}

export async function accounts(sql: Sql): Promise<QueryReply> {
  const rows = await sql.all<{ account: string; agents: number; last_at: number }>(
    'SELECT account, count(*) AS agents, max(last_at) AS last_at FROM agent GROUP BY account ORDER BY length(account), account',
  );
  const shown = rows.map(({ account, agents, last_at }) => ({
    accountId: account,
    agents,
    lastEventAt: instant(last_at),
  }));
  return { body: { accounts: shown }, next: null };
}

/** How reports label the keys of one kind: the fixed words, else the latest name, else the key. */
export async function loadLabels(sql: Sql, account: string, kind: string): Promise<(key: string) => string> {
  const names = await loadNames(sql, account, kind);
  return (key) => (kind === 'team' ? undefined : fixedLabelOf(key)) ?? names.get(key) ?? key;
}

/** The latest name of each key of one kind that ever had one. */
export async function loadNames(sql: Sql, account: string, kind: string): Promise<Map<string, string>> {
  const rows = await sql.all<{ key: string; label: string }>(
    'SELECT key, label FROM label WHERE account = ? AND kind = ? AND at > ?',
    [account, kind, UNNAMED_AT],
  );
  return new Map(rows.map(({ key, label }) => [key, label]));
}
