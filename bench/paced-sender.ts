// A thread that sends payloads at a given rate whatever the answers take (open loop), and measures from outside how far the
// projection is behind. Never waits for anything but the clock before it sends.
//
// A probe asks for an agent's state with `minPosition` as soon as its last event is acknowledged: acknowledged to visible.
// A sample asks where the projection stands, and looks up when the oldest event beyond it was acknowledged.
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { getJson, getJsonOnceReady, httpRequest } from './http-request.js';

export interface PacedLoad {
  readonly ingest: string;
  readonly projector: string;
  /** JSON arrays of `perRequest` payloads. */
  readonly bodies: readonly Uint8Array[];
  readonly perRequest: number;
  /** Payloads, of all requests together. */
  readonly perSecond: number;
  /** Every so many requests one is probed. */
  readonly probeEvery: number;
}

export interface PacedResult {
  /** First send to last acknowledgement, ms. */
  readonly ms: number;
  readonly sent: number;
  /** How late requests were sent against the plan, ms: the greatest. */
  readonly latestSend: number;
  /** Sent to acknowledged, ms. */
  readonly acknowledged: readonly number[];
  /** Acknowledged to visible, ms. */
  readonly visible: readonly number[];
  /** Age of the oldest acknowledged event that is not in the read model, ms, sampled. */
  readonly lag: readonly number[];
}

interface Answer {
  readonly appended: number;
  readonly results: readonly {
    readonly position: string;
    readonly accountId: string;
    readonly agentId: string;
  }[];
}

const SAMPLE_MS = 50;
const load = workerData as PacedLoad;
const acknowledged: number[] = [];
const visible: number[] = [];
const lag: number[] = [];
/** Acknowledged and not seen in the read model yet, by position. */
let unseen: { readonly position: bigint; readonly at: number }[] = [];

async function sendAll(): Promise<Pick<PacedResult, 'ms' | 'sent' | 'latestSend'>> {
  const { bodies, perRequest, perSecond } = load;
  const pending: Promise<void>[] = [];
  const began = performance.now();
  let latestSend = 0;
  for (const [index, body] of bodies.entries()) {
    const due = began + (index * perRequest * 1_000) / perSecond;
    const early = due - performance.now();
    if (early > 1) await sleep(early);
    latestSend = Math.max(latestSend, performance.now() - due);
    pending.push(send(body, index));
  }
  await Promise.all(pending);
  return { ms: performance.now() - began, sent: bodies.length * perRequest, latestSend };
}

async function send(body: Uint8Array, index: number): Promise<void> {
  const began = performance.now();
  const text = (await httpRequest(`${load.ingest}/v1/agent-updates`, body)).toString();
  const at = performance.now();
  acknowledged.push(at - began);
  const answer = JSON.parse(text) as Answer;
  if (answer.appended !== load.perRequest) {
    throw new Error(`${answer.appended} of ${load.perRequest} payloads were appended`);
  }
  const last = answer.results.at(-1);
  if (last === undefined) throw new Error('an answer without results');
  unseen.push({ position: BigInt(last.position), at });
  if (index % load.probeEvery === 0) await probe(last, at);
}

async function probe({ position, accountId, agentId }: Answer['results'][number], at: number): Promise<void> {
  const url = `${load.projector}/v1/accounts/${accountId}/agents/${agentId}?minPosition=${position}`;
  const { asOfPosition } = await getJsonOnceReady<{ readonly asOfPosition: string }>(url);
  visible.push(performance.now() - at);
  if (BigInt(asOfPosition) < BigInt(position))
    throw new Error(`${position} was answered as of ${asOfPosition}`);
}

async function sampleLag(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(SAMPLE_MS);
    const { asOfPosition } = await getJson<{ readonly asOfPosition: string | null }>(
      `${load.projector}/v1/projections`,
    );
    const stands = BigInt(asOfPosition ?? 0);
    unseen = unseen.filter(({ position }) => position > stands);
    const oldest = unseen.reduce((least, { at }) => Math.min(least, at), Infinity);
    lag.push(oldest === Infinity ? 0 : performance.now() - oldest);
  }
}

const sampling = new AbortController();
const sampled = sampleLag(sampling.signal);
const sent = await sendAll();
sampling.abort();
await sampled;
parentPort?.postMessage({ ...sent, acknowledged, visible, lag } satisfies PacedResult);
