// h: the whole KurrentDB adapter against the client alone, with the server in another process: many agents' events appended
// onto their exact revisions, and the log read from the start. Ours tells each event's position and what is a duplicate.
import { jsonEvent, EventStoreDBClient, NO_STREAM, START, streamNameFilter } from '@eventstore/db-client';
import {
  AGENT_UPDATED,
  extractEvidence,
  foldTimeline,
  type AgentUpdatedData,
  type DecodedUpdate,
} from '@libs/domain';
import type { RecordedEvent } from '@libs/event-store';
import { openKurrentDbEventStore } from '@libs/event-store/kurrentdb';
import { deepStrictEqual } from 'node:assert/strict';
import type { BenchmarkCase } from './benchmark-case.js';
import { decoded } from './decoded.js';
import { compare, inTurn, type Comparison } from './figures.js';
import { groupBy } from './group-by.js';
import { startKurrentDb } from './kurrentdb-process.js';
import { simulatedLines } from './simulated-lines.js';

const AGENTS = 500;
/** Events on their way at once, as ingest appends them. */
const IN_FLIGHT = 500;
const TARGET = 0.5;
const SAMPLE = 10;

interface Appended {
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly data: AgentUpdatedData;
  readonly metadata: { readonly fingerprint: string };
}

export const kurrentDb: BenchmarkCase = {
  id: 'h-kurrentdb',
  title: 'the KurrentDB adapter against the client alone',
  run: async ({ quick, runs, note, progress }) => {
    const count = quick ? 2_000 : 30_000;
    // Not only digits: a server that is not ours may hold the account.
    const account = `bench${process.pid}`;
    const updates = decoded(simulatedLines(count, { accountId: 710_031, agents: AGENTS }));
    const server = await startKurrentDb();
    const { connectionString } = server;
    const store = openKurrentDbEventStore({ connectionString, prefixes: [`agent-${account}`] });
    const client = EventStoreDBClient.connectionString(connectionString);
    const perSecond = (events: number, ms: number): number => (events / ms) * 1_000;
    const cpu = { ours: 0, theirs: 0 };
    const timed = async (
      whose: keyof typeof cpu,
      events: number,
      work: () => Promise<unknown>,
    ): Promise<number> => {
      const [used, began] = [process.cpuUsage(), performance.now()];
      await work();
      const ms = performance.now() - began;
      const { user, system } = process.cpuUsage(used);
      cpu[whose] += (user + system) / events / runs;
      return perSecond(events, ms);
    };
    const cpuNote = (what: string): void => {
      const [ours, theirs] = [cpu.ours, cpu.theirs].map(Math.round);
      note(`${what}: ${ours} µs of this process an event, the client alone ${theirs} µs`);
      cpu.ours = cpu.theirs = 0;
    };
    try {
      const appendOurs = (run: string): Promise<void> =>
        inFlights(eventsOf(updates, `agent-${account}-o${run}`), async (some) => {
          const results = await store.append(
            some.map(({ stream, revision, id, data, metadata }) => ({
              ...{ stream, expectedRevision: revision === 0 ? ('noStream' as const) : revision - 1 },
              ...{ events: [{ id, type: AGENT_UPDATED, data, metadata }], surelyNew: true },
            })),
          );
          if (results.some(({ outcome }) => outcome !== 'appended'))
            throw new Error('an event was not appended');
        });
      const appendTheirs = (run: string): Promise<void> =>
        inFlights(eventsOf(updates, `agent-${account}-c${run}`), async (some) => {
          // Those of one stream in one call: calls of one stream could overtake each other.
          const calls = [...groupBy(some, ({ stream }) => stream)].map(([stream, own]) => {
            const events = own.map(({ id, data, metadata }) =>
              jsonEvent({ id, type: AGENT_UPDATED, data: { ...data }, metadata }),
            );
            const revision = own[0]?.revision ?? 0;
            const expectedRevision = revision === 0 ? NO_STREAM : BigInt(revision - 1);
            return client.appendToStream(stream, events, { expectedRevision });
          });
          await Promise.all(calls);
        });
      await appendOurs('w');
      await appendTheirs('w');
      const appends = await inTurn(
        runs,
        (run) => timed('ours', count, () => appendOurs(String(run))),
        (run) => timed('theirs', count, () => appendTheirs(String(run))),
      );
      cpuNote('appending');
      progress(
        `appended ${Math.round(appends.ours[0] ?? 0)} events/s, the client ${Math.round(appends.theirs[0] ?? 0)}`,
      );

      const all = 2 * (runs + 1) * count;
      const followAll = async (): Promise<RecordedEvent[]> => {
        const events: RecordedEvent[] = [];
        const enough = new AbortController();
        for await (const page of store.follow({ after: null, signal: enough.signal })) {
          events.push(...page.events);
          if (events.length >= all) enough.abort();
        }
        return events;
      };
      const subscribeAll = async (): Promise<void> => {
        let seen = 0;
        const filter = streamNameFilter({ prefixes: [`agent-${account}`] });
        const subscription = client.subscribeToAll({ fromPosition: START, filter });
        for await (const { event } of subscription) {
          // As much as a page of ours holds of it.
          if (event?.data === undefined || event.metadata === undefined)
            throw new Error('an event without data');
          if ((seen += 1) === all) break;
        }
        await subscription.unsubscribe();
      };
      checkRead(await followAll(), updates);
      await subscribeAll();
      const reads = await inTurn(
        runs,
        () => timed('ours', all, followAll),
        () => timed('theirs', all, subscribeAll),
      );
      cpuNote('reading');
      note(
        `${server.name}; ${count} events of ${AGENTS} agents an append, ${all} a read, ${IN_FLIGHT} in flight`,
      );
      const row = (name: string, against: string, figures: Pick<Comparison, 'ours' | 'theirs'>) =>
        compare({
          ...{ case: 'h-kurrentdb', name, against, unit: 'events/s', ...figures },
          target: { text: `≥ ${TARGET}`, met: (ratio) => ratio >= TARGET },
        });
      return [
        row('append to KurrentDB', 'the client, appendToStream', appends),
        row('catch up from KurrentDB', 'the client, subscribeToAll', reads),
      ];
    } finally {
      await store.close();
      await client.dispose();
      server.stop();
    }
  },
};

/** Streams of their own, so that every run begins with none. */
function eventsOf(updates: readonly DecodedUpdate[], prefix: string): Appended[] {
  const next = new Map<string, number>();
  return updates.map(({ eventId: id, fingerprint, data }) => {
    const stream = `${prefix}-${data.agentId}`;
    const revision = next.get(stream) ?? 0;
    next.set(stream, revision + 1);
    return { stream, revision, id, data, metadata: { fingerprint } };
  });
}

async function inFlights(events: readonly Appended[], append: (some: readonly Appended[]) => Promise<void>) {
  for (let from = 0; from < events.length; from += IN_FLIGHT)
    await append(events.slice(from, from + IN_FLIGHT));
}

/** Some streams as they were read, whichever side wrote them, against the pure fold of what was sent. */
function checkRead(events: readonly RecordedEvent[], updates: readonly DecodedUpdate[]): void {
  const sent = groupBy(updates, ({ data }) => data.agentId);
  const streams = [...groupBy(events, ({ stream }) => stream)];
  const every = Math.ceil(streams.length / SAMPLE);
  for (const [stream, read] of streams.filter((_, index) => index % every === 0)) {
    const own = sent.get(stream.slice(stream.lastIndexOf('-') + 1)) ?? [];
    const evidences = read.map(({ id, data, metadata }) => {
      const { fingerprint } = metadata as Appended['metadata'];
      return extractEvidence(id, fingerprint, data as AgentUpdatedData);
    });
    deepStrictEqual(
      foldTimeline(evidences),
      foldTimeline(own.map(({ eventId, fingerprint, data }) => extractEvidence(eventId, fingerprint, data))),
      `the timeline of ${stream}`,
    );
  }
}
