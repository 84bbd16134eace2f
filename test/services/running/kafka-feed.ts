// A simulated week as it would lie in a topic: keyed by agent, with doubles, poison, and some agents under any key at all.
// The same options give the same messages on every machine.
import { decodeAgentUpdateText, type DecodedUpdate, type QuarantineCode } from '@libs/domain';
import { seededRandom } from '@libs/event-store/testing';
import type { Random } from '../../simulator/agent-week.js';
import { simulatedWeek } from '../../simulator/simulated-week.js';
import type { MessageToSend } from './kafka-topic.js';

export interface FeedMessage extends MessageToSend {
  /** Of a topic that was empty. */
  readonly offset: string;
  /** What is to become of it. */
  readonly meaning: DecodedUpdate | QuarantineCode;
}

export interface KafkaFeed {
  readonly messages: readonly FeedMessage[];
  /** Agents whose messages lie in one partition, so that their order is kept. */
  readonly isOrdered: (agentId: string) => boolean;
}

export interface FeedOptions {
  readonly seed: number;
  readonly messages: number;
  readonly partitions: number;
  readonly accountId?: number;
}

const ACCOUNT = 682_861;
/** A Monday, UTC epoch ms. */
export const FEED_FROM = Date.UTC(2025, 9, 27);
/** About what one simulated agent gives in the week. */
const MESSAGES_AN_AGENT = 540;
const POISON_IN_1000 = 5;
const DOUBLED_IN_1000 = 30;
/** Every so many agents, one whose messages lie anywhere. */
const WANDERERS = 20;

export function kafkaFeed(options: FeedOptions): KafkaFeed {
  const { seed, messages: count, partitions, accountId = ACCOUNT } = options;
  const random = seededRandom(seed);
  const faults = { lost: 20, doubled: 40, delayed: 100, foreign: 4 };
  const agents = 1 + Math.ceil(count / MESSAGES_AN_AGENT);
  const week = simulatedWeek({
    seed,
    accountId,
    agents,
    from: FEED_FROM,
    days: 7,
    callsADay: 40,
    faults,
  });
  const offsets = Array.from({ length: partitions }, () => 0);
  const messages: FeedMessage[] = [];
  const put = (agentId: string, value: Buffer | null): void => {
    const isWanderer = !isOrdered(agentId);
    const partition = isWanderer ? random(partitions) : Number(agentId) % partitions;
    const key = isWanderer ? ([null, 'any-key'][random(2)] ?? null) : `${accountId}:${agentId}`;
    const offset = String(offsets[partition]);
    offsets[partition] = (offsets[partition] ?? 0) + 1;
    messages.push({ partition, key, value, offset, meaning: meaningOf(value) });
  };
  for (const payload of week.arrivals) {
    const agentId = idOf(payload);
    const text = Buffer.from(JSON.stringify(payload));
    put(agentId, text);
    if (random(1_000) < DOUBLED_IN_1000) put(agentId, text);
    if (random(1_000) < POISON_IN_1000) put(agentId, poison(random, text));
    if (messages.length >= count) break;
  }
  if (messages.length < count) throw new Error(`the week gave ${messages.length} messages alone`);
  return { messages: messages.slice(0, count), isOrdered };
}

const isOrdered = (agentId: string): boolean => Number(agentId) % WANDERERS !== 0;

function poison(random: Random, text: Buffer): Buffer | null {
  const kinds = [
    null,
    Buffer.alloc(0),
    text.subarray(0, text.length - 1 - random(text.length / 2)),
    Buffer.from([0xff, 0xfe, ...text.subarray(0, 20)]),
    Buffer.from('[]'),
    Buffer.from(JSON.stringify({ event: 'onAppInstall', number: random(1_000) })),
    Buffer.concat([
      text.subarray(0, -1),
      Buffer.from(`,"x":"${'x'.repeat(random(20) === 0 ? 300_000 : 10)}`),
    ]),
  ];
  return kinds[random(kinds.length)] ?? null;
}

/** None of it is later than any test that runs. */
function meaningOf(value: Buffer | null): FeedMessage['meaning'] {
  const decoded = decodeAgentUpdateText(value ?? '', Date.now());
  return decoded.ok ? decoded.update : decoded.code;
}

function idOf(payload: unknown): string {
  const { data } = payload as { data: { agent: { id: string | number } } };
  return String(data.agent.id);
}
