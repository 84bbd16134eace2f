// The labels that reports must show, straight from all events: what the read model's label tables are compared with.
import {
  extractEvidence,
  fixedLabelOf,
  keyOf,
  TRACKS,
  type DecodedUpdate,
  type ReportLabels,
} from '@libs/domain';
import type { Sql } from '../sql.js';

/** The name in the latest event (`at`, then smallest fingerprint) that gave the key or team one. */
export function labelsOf(updates: readonly DecodedUpdate[]): ReportLabels {
  const evidences = updates
    .map(({ eventId, fingerprint, data }) => extractEvidence(eventId, fingerprint, data))
    .sort((x, y) => y.at - x.at || (x.fingerprint < y.fingerprint ? -1 : 1));
  return {
    label: (track, key) => {
      const named = evidences
        .map(({ tracks }) => tracks[track]?.a)
        .find((after) => after?.name !== undefined && keyOf(track, after) === key);
      return fixedLabelOf(key) ?? named?.name ?? key;
    },
    teamName: (teamId) => {
      const teams = evidences.flatMap((evidence) => evidence.teams ?? []);
      return teams.find(({ id, name }) => id === teamId && name !== undefined)?.name ?? null;
    },
  };
}

/** By kind and key: the row of the label table, and the rows of its history. Keys must be short. */
export type LabelRows = Record<string, { readonly now: unknown[]; readonly history: unknown[] }>;

/** The first update stands at position 1. */
export function expectedLabels(updates: readonly DecodedUpdate[]): LabelRows {
  const rows: LabelRows = {};
  for (let length = 1; length <= updates.length; length += 1) {
    for (const [name, { label, at, fingerprint }] of latestNames(updates.slice(0, length))) {
      const history = rows[name]?.history ?? [];
      const [, before] = (history.at(-1) as [number, string | null] | undefined) ?? [];
      if (label !== before) history.push([length, label]);
      const key = name.slice(name.indexOf(' ') + 1);
      rows[name] = { now: [at, fingerprint, label ?? key], history };
    }
  }
  return rows;
}

interface Named {
  readonly label: string | null;
  readonly at: number;
  readonly fingerprint: string;
}

function latestNames(updates: readonly DecodedUpdate[]): Map<string, Named> {
  const latest = new Map<string, Named>();
  for (const { eventId, fingerprint, data } of updates) {
    const evidence = extractEvidence(eventId, fingerprint, data);
    const offer = (name: string, label: string | undefined): void => {
      const { at } = evidence;
      const own =
        label === undefined
          ? { label: null, at: Number.MIN_SAFE_INTEGER, fingerprint: '' }
          : { label, at, fingerprint };
      const best = latest.get(name);
      if (!best || own.at > best.at || (own.at === best.at && own.fingerprint < best.fingerprint)) {
        latest.set(name, own);
      }
    };
    for (const track of TRACKS) {
      const after = evidence.tracks[track]?.a;
      if (after?.name !== undefined) offer(`${track} ${keyOf(track, after)}`, after.name);
    }
    for (const { id, name } of evidence.teams ?? []) offer(`team ${id}`, name);
  }
  return latest;
}

/** The label tables of one account in the shape of `expectedLabels`. */
export async function storedLabels(sql: Sql, account: string): Promise<LabelRows> {
  const labels = await sql.all<Record<'kind' | 'key' | 'label' | 'fingerprint', string> & { at: number }>(
    'SELECT kind, key, label, at, fingerprint FROM label WHERE account = ?',
    [account],
  );
  const history = await sql.all<{ kind: string; key_id: string; event: number; label: string | null }>(
    'SELECT kind, key_id, event, label FROM label_history WHERE account = ? ORDER BY event',
    [account],
  );
  return Object.fromEntries(
    labels.map(({ kind, key, label, at, fingerprint }) => {
      const own = history.filter((row) => row.kind === kind && row.key_id === key);
      const rows = own.map((row) => [row.event, row.label]);
      return [`${kind} ${key}`, { now: [at, fingerprint, label], history: rows }];
    }),
  );
}
