// The stored event, schema version 1: stream `agent-<accountId>-<agentId>`, type `AgentUpdated`.
// Never change what is here; a new shape gets a new version and an upcaster.

export const AGENT_UPDATED = 'AgentUpdated';
export const AGENT_UPDATED_VERSION = 1;

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = Record<string, Json>;

/** Everything of one `onAgentUpdate` but its personal data and its secrets. */
export interface AgentUpdatedData {
  readonly schemaVersion: 1;
  readonly accountId: string;
  readonly agentId: string;
  /** UTC epoch ms: when the change happened, by the source's clock. */
  readonly at: number;
  /** True if `at` came from the wrapper's timestamp; then it is part of the fingerprint. */
  readonly atFromWrapper: boolean;
  /** `data.agent` as received, without the personal attributes. */
  readonly agent: JsonObject;
  /** `data.changes` as received, without the entries of personal attributes; null if it is no object. */
  readonly changes: Json;
  /** `data.associations` as received; null if absent. */
  readonly associations: Json;
  /** The actor's `id`, `account_id` and `account_admin`, as far as given and plain; null if there was no actor object. */
  readonly actor: JsonObject | null;
  readonly source: AgentUpdatedSource;
  /** What `joinPersonal` needs to restore `data` exactly (layout: personal.ts). Sealed and erased apart from the rest. */
  readonly personal: JsonObject;
}

/** The wrapper, as far as it is kept: plain values only, never `iparams` nor `app_settings`. */
export interface AgentUpdatedSource {
  readonly event?: Json;
  readonly region?: Json;
  readonly version?: Json;
  readonly host?: string;
  readonly timestamp?: Json;
}

export interface AgentUpdatedMetadata {
  readonly fingerprint: string;
  /** UTC epoch ms: when we received it. */
  readonly receivedAt: number;
  readonly via: 'http' | 'kafka' | 'import';
  /** The stream's greatest `at` so far, this event's included. */
  readonly maxAt: number;
  readonly kafka?: { readonly topic: string; readonly partition: number; readonly offset: string };
}

export function agentStream(accountId: string, agentId: string): string {
  return `agent-${accountId}-${agentId}`;
}
