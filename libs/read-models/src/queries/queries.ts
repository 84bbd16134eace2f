// What can be asked of the read model: names, parameters and replies. Replies carry api.md's field names and formats
// (ISO times, decimal positions), so that a reader thread can hand a finished body to the HTTP thread.
import type { Track } from '@libs/domain';

export type BucketUnit = '15m' | '30m' | '1h' | '1d' | '1w' | '1mo';
export type GroupBy = 'agent' | 'team' | 'account';

/** `[from, to)` and `asOf` are UTC epoch ms; `tz` is a resolvable zone name or `agent`. */
export interface ReportParameters {
  readonly account: string;
  readonly from: number;
  readonly to: number;
  readonly asOf: number;
  readonly tz: string;
  readonly bucket: BucketUnit | null;
  readonly groupBy: GroupBy;
  readonly agentIds: readonly string[];
  readonly teamIds: readonly string[];
  readonly track: Track;
  readonly visits: boolean;
  readonly limit: number;
  /** `next` of the page before; null for the first page, the only one with `total` and `totals`. */
  readonly after: string | null;
}

export interface ListParameters {
  readonly account: string;
  readonly asOf: number;
  readonly limit: number;
  readonly after: string | null;
}

export interface AgentParameters {
  readonly account: string;
  readonly agentId: string;
  readonly asOf: number;
}

export interface AgentWindowParameters extends AgentParameters {
  readonly from: number;
  readonly to: number;
  readonly limit: number;
  readonly after: string | null;
}

/** Every reply's body lacks only the cursor; `next` is what the following page's `after` must be, null at the end. */
export interface QueryReply {
  readonly body: Readonly<Record<string, unknown>>;
  readonly next: string | null;
}

export interface QueryParameters {
  'time-in-status': ReportParameters;
  acw: ReportParameters;
  'sessions-report': ReportParameters;
  'data-quality': ReportParameters;
  agents: ListParameters;
  agent: AgentParameters;
  teams: ListParameters;
  statuses: ListParameters & { readonly track: Track };
  live: ListParameters;
  timeline: AgentWindowParameters & { readonly track: Track | null };
  sessions: AgentWindowParameters;
  /** Where the events of a window stand in the log; their text is read from the event store. */
  'event-places': AgentWindowParameters;
  /** Accounts with at least one event. */
  accounts: Record<string, never>;
  /** How much is known to be missing or late, over all accounts. */
  'quality-counts': Record<string, never>;
}

export type QueryName = keyof QueryParameters;

/** What a query cannot answer; the HTTP layer turns it into a problem document with this code. */
export type QueryErrorCode =
  'account-not-found' | 'agent-not-found' | 'query-too-large' | 'invalid-parameters';

export class QueryError extends Error {
  constructor(
    readonly code: QueryErrorCode,
    message: string,
    /** The parameter at fault, where there is one. */
    readonly parameter?: string,
  ) {
    super(message);
    this.name = 'QueryError';
  }
}
