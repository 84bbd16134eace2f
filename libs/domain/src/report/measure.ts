// What one report adds to the common run: which figures it needs, how they add up and what a row shows.
// A measure lives for one run: it may count what it has loaded.
import type { Track } from '../timeline/evidence.js';
import type { AgentPlan } from './agent-plan.js';
import type { AgentFigures } from './sums.js';
import type { Awaitable } from './supplier.js';
import type { Pieces } from './window.js';

export interface LoadedAgent {
  readonly plan: AgentPlan;
  /** On the measure's track, at the plan's cuts; undefined without any evidence. */
  readonly figures: AgentFigures | undefined;
}

export interface Measure<Extra, Acc, Body extends object> {
  /** Decides which agents have rows. */
  readonly track: Track;
  /** A row shows every status, so that its cells are counted by status. */
  readonly perStatus: boolean;
  /** What the figures of the track do not tell, for many agents at once. */
  load(agents: readonly LoadedAgent[]): Awaitable<Extra>;
  /** An empty sum of that many buckets; `own`: nobody but this agent will be added. */
  make(bucketCount: number, own?: LoadedAgent): Acc;
  add(acc: Acc, agent: LoadedAgent, pieces: Pieces, extra: Extra): void;
  body(acc: Acc, bucket: number): Body;
}
