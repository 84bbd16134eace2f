// Sends appends over one long call and tells each its answer. States: idle → (an append) opening → open, answers come in
// any order → the call fails or ends: every append without an answer is told that the outcome is unknown → idle.
// An append has a deadline of its own; one that passes leaves the others alone. It never sends anything twice by itself.
import { randomUUID } from 'node:crypto';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { BatchAppendReq, BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { ExpectedRevision, Position } from '../event-store.js';
import type { PreparedEvent } from '../prepared-item.js';
import { batchAppendRefusal } from './batch-append-refusal.js';
import type { AppendRefusal } from './batch-append-refusal.js';
import { NoAnswerError } from './kurrentdb-errors.js';
import type { BatchAppendCall, KurrentDbConnection } from './kurrentdb-connection.js';

export interface StreamAppend {
  readonly stream: string;
  readonly expectedRevision: ExpectedRevision;
  readonly events: readonly PreparedEvent[];
}

/** `written` are the revision and position of the last event, of the first success if the server had them already. */
export type AppendAnswer =
  | { readonly kind: 'written'; readonly revision: number; readonly position: Position }
  | { readonly kind: 'wrong-revision' }
  | AppendRefusal;

export interface BatchAppend {
  /** Rejects when the outcome is unknown: the connection broke, or there was no answer in time. */
  send(append: StreamAppend): Promise<AppendAnswer>;
}

interface WaitingAppend {
  readonly resolve: (answer: AppendAnswer) => void;
  readonly reject: (error: Error) => void;
}

interface OpenCall {
  readonly call: BatchAppendCall;
  readonly waiting: Map<string, WaitingAppend>;
  /** What ended it; null while it is open. */
  failure: Error | null;
}

export function createBatchAppend(connection: KurrentDbConnection, deadlineMs: number): BatchAppend {
  let current: Promise<OpenCall> | null = null;

  function open(): Promise<OpenCall> {
    const opening = current;
    return connection.batchAppend((call) => {
      const open: OpenCall = { call, waiting: new Map(), failure: null };
      const ended = (error: Error) => {
        if (current === opening) current = null;
        open.failure ??= error;
        for (const { reject } of open.waiting.values()) reject(error);
        open.waiting.clear();
      };
      call.on('data', (response: BatchAppendResp) => settle(open, response));
      call.on('error', ended);
      call.on('end', () => ended(new Error('the server ended the call')));
      return open;
    });
  }

  function opened(): Promise<OpenCall> {
    if (current !== null) return current;
    // `open` reads `current` to know itself by: it must be set before its first line runs.
    const opening: Promise<OpenCall> = Promise.resolve().then(open);
    current = opening;
    opening.catch(() => {
      if (current === opening) current = null;
    });
    return opening;
  }

  function send(append: StreamAppend): Promise<AppendAnswer> {
    const correlationId = randomUUID();
    let forget: () => void = () => undefined;
    return new Promise<AppendAnswer>((resolve, reject) => {
      const timer = setTimeout(() => reject(new NoAnswerError(deadlineMs)), deadlineMs);
      let over = false;
      forget = () => {
        over = true;
        clearTimeout(timer);
      };
      opened().then(({ call, waiting, failure }) => {
        if (over) return;
        if (failure !== null) return reject(failure);
        forget = () => {
          clearTimeout(timer);
          waiting.delete(correlationId);
        };
        waiting.set(correlationId, { resolve, reject });
        // No waiting for the buffer to drain: who appends bounds what is on its way, and awaits its answers.
        call.write(requestOf(append, correlationId));
      }, reject);
    }).finally(() => forget());
  }

  return { send };
}

function settle({ waiting }: OpenCall, response: BatchAppendResp): void {
  const id = response.getCorrelationId()?.getString().toLowerCase() ?? '';
  // An answer that comes after its deadline is nobody's.
  const append = waiting.get(id);
  if (append === undefined) return;
  waiting.delete(id);
  const answer = answerOf(response);
  if (answer.kind === 'outcome-unknown') append.reject(new Error(answer.text));
  else append.resolve(answer);
}

function answerOf(response: BatchAppendResp): AppendAnswer | { kind: 'outcome-unknown'; text: string } {
  const success = response.getSuccess();
  if (success === undefined) return batchAppendRefusal(response.getError());
  const position = success.getPosition();
  // A server that has the events already but cannot find where.
  if (position === undefined) return { kind: 'outcome-unknown', text: 'the server told no position' };
  return {
    kind: 'written',
    revision: Number(success.getCurrentRevision()),
    position: BigInt(position.getCommitPosition()),
  };
}

function requestOf(
  { stream, expectedRevision, events }: StreamAppend,
  correlationId: string,
): BatchAppendReq {
  const { BatchAppendReq } = streams;
  const options = new BatchAppendReq.Options();
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(Uint8Array.from(Buffer.from(stream, 'utf8')));
  options.setStreamIdentifier(identifier);
  if (expectedRevision === 'noStream') options.setNoStream(new shared.Empty());
  else options.setStreamPosition(String(expectedRevision));
  // No deadline goes to the server: it would be a time of day, judged by the server's clock. Its write timeout holds.
  const request = new BatchAppendReq();
  request.setCorrelationId(uuidOf(correlationId));
  request.setOptions(options);
  request.setIsFinal(true);
  request.setProposedMessagesList(events.map(messageOf));
  return request;
}

function messageOf({ id, type, data, metadata }: PreparedEvent): BatchAppendReq.ProposedMessage {
  const message = new streams.BatchAppendReq.ProposedMessage();
  message.setId(uuidOf(id));
  message.getMetadataMap().set('type', type).set('content-type', 'application/json');
  message.setData(utf8Of(data));
  message.setCustomMetadata(utf8Of(metadata));
  return message;
}

const utf8Of = (json: string | Uint8Array): Uint8Array =>
  Uint8Array.from(typeof json === 'string' ? Buffer.from(json) : json);

function uuidOf(text: string) {
  return new shared.UUID().setString(text);
}
