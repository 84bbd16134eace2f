// Appends decoded updates with exact expected revisions, one event an item, in the order given.
// Rounds: expect → append → settled (appended, duplicate) or open (conflict). A duplicate moves no revision, so that what
// follows it in its stream conflicts once and is settled in the second round; another writer costs further rounds. None
// overtakes another of its stream: the store writes none after one that conflicts.
import { AGENT_UPDATED, agentStream } from '@libs/domain';
import {
  EventStoreError,
  SerializedJson,
  type AppendItem,
  type AppendResult,
  type EventStore,
} from '@libs/event-store';
import type { UnderstoodUpdate } from './received-update.js';
import type { Reception } from './record-agent-update.js';
import type { StreamState, StreamStates } from './stream-states.js';
import type { RecordedUpdate } from './update-result.js';

/** Another writer would have to win every one of these races. */
const MAX_ROUNDS = 8;

export interface UpdateToAppend {
  readonly update: UnderstoodUpdate;
  readonly reception: Reception;
}

type Settled = Extract<AppendResult, { readonly outcome: 'appended' | 'duplicate' }>;

/**
 * One result an update, in order. Throws `EventStoreError`; then any of them may have been appended, and sending them
 * again is safe.
 */
export async function appendUpdates(
  store: Pick<EventStore, 'append'>,
  states: StreamStates,
  updates: readonly UpdateToAppend[],
): Promise<RecordedUpdate[]> {
  const settled = new Map<string, Settled>();
  let open = firstOfEachId(updates);
  for (let round = 0; open.length > 0; round++) {
    if (round === MAX_ROUNDS) {
      throw new EventStoreError('store-unavailable', `still in conflict after ${MAX_ROUNDS} rounds`);
    }
    open = await appendRound(store, states, open, settled);
  }
  const answered = new Set<string>();
  return updates.map(({ update }) => {
    const result = settled.get(update.eventId);
    if (result === undefined) throw new Error('an update was neither appended nor found');
    const outcome = answered.has(update.eventId) ? 'duplicate' : result.outcome;
    answered.add(update.eventId);
    return resultOf(update, outcome, result);
  });
}

/** Returns what is still open. */
async function appendRound(
  store: Pick<EventStore, 'append'>,
  states: StreamStates,
  updates: readonly UpdateToAppend[],
  settled: Map<string, Settled>,
): Promise<UpdateToAppend[]> {
  // Each name is made once: as a key it is hashed once, too.
  const streams = updates.map(({ update }) => streamOf(update));
  const confirmed = await states.load(new Set(streams));
  const expected = new Map(confirmed);
  const describe = receptionDescriber();
  const planned = updates.map((one, index) => {
    const stream = streams[index] ?? '';
    const before = stateOf(expected, stream);
    const after = stateAfter(before, one.update.at);
    expected.set(stream, after);
    return { one, stream, after, item: itemOf(one, stream, before, after, describe) };
  });
  let results: readonly AppendResult[];
  try {
    results = await store.append(planned.map(({ item }) => item));
  } catch (error) {
    states.forget(confirmed.keys());
    throw error;
  }
  const stillOpen: UpdateToAppend[] = [];
  const moved = new Set<string>();
  planned.forEach(({ one, stream, after }, index) => {
    const { eventId } = one.update;
    const result = results[index];
    switch (result?.outcome) {
      case 'appended':
        confirmed.set(stream, after);
        settled.set(eventId, result);
        break;
      case 'duplicate':
        settled.set(eventId, result);
        break;
      case 'conflict':
        stillOpen.push(one);
        // It stands elsewhere than its own appends explain: another writer was there, so read it again.
        if (result.actual !== stateOf(confirmed, stream).revision) moved.add(stream);
        break;
      case undefined:
        throw new Error('the event store left an item unanswered');
      default:
        throw new Error(`no such outcome: ${String(result satisfies never)}`);
    }
  });
  for (const [stream, state] of confirmed) states.remember(stream, state);
  states.forget(moved);
  return stillOpen;
}

function firstOfEachId(updates: readonly UpdateToAppend[]): UpdateToAppend[] {
  const seen = new Set<string>();
  return updates.filter(({ update: { eventId } }) => {
    const isFirst = !seen.has(eventId);
    seen.add(eventId);
    return isFirst;
  });
}

function stateOf(states: ReadonlyMap<string, StreamState>, stream: string): StreamState {
  const state = states.get(stream);
  if (state === undefined) throw new Error('a stream was not loaded');
  return state;
}

function stateAfter({ revision, maxAt }: StreamState, at: number): StreamState & { readonly maxAt: number } {
  return {
    revision: revision === 'noStream' ? 0 : revision + 1,
    maxAt: maxAt === null ? at : Math.max(maxAt, at),
  };
}

function itemOf(
  { update, reception }: UpdateToAppend,
  stream: string,
  before: StreamState,
  after: StreamState & { readonly maxAt: number },
  describe: DescribeReception,
): AppendItem {
  // `AgentUpdatedMetadata`; of a fingerprint nothing needs escaping.
  const metadata = `{"fingerprint":"${update.fingerprint}",${describe(reception)},"maxAt":${after.maxAt}}`;
  return {
    stream,
    expectedRevision: before.revision,
    events: [
      { id: update.eventId, type: AGENT_UPDATED, data: update.data, metadata: new SerializedJson(metadata) },
    ],
    // The id follows from the content, `at` included: what is later than all that stands there is none of it.
    surelyNew: before.maxAt === null || update.at > before.maxAt,
  };
}

type DescribeReception = (reception: Reception) => string;

/** The members of a reception as JSON. Those of one request are one object: its text is made once. */
function receptionDescriber(): DescribeReception {
  let last: { readonly reception: Reception; readonly text: string } | null = null;
  return (reception) => {
    if (last?.reception !== reception) {
      last = { reception, text: JSON.stringify(reception).slice(1, -1) };
    }
    return last.text;
  };
}

const streamOf = ({ accountId, agentId }: UnderstoodUpdate): string => agentStream(accountId, agentId);

function resultOf(
  { eventId, accountId, agentId }: UnderstoodUpdate,
  outcome: RecordedUpdate['outcome'],
  { revision, position }: Settled,
): RecordedUpdate {
  return { outcome, eventId, accountId, agentId, revision, position };
}
