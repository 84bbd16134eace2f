// The double's appends: one by one over BatchAppend, in the order they come, and the older Append.
import shared from '@eventstore/db-client/generated/shared_pb.js';
import status from '@eventstore/db-client/generated/status_pb.js';
import type { Status } from '@eventstore/db-client/generated/status_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type {
  AppendReq,
  AppendResp,
  BatchAppendReq,
  BatchAppendResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import type { sendUnaryData, ServerDuplexStream, ServerReadableStream } from '@grpc/grpc-js';
import anyPb from 'google-protobuf/google/protobuf/any_pb.js';
import emptyPb from 'google-protobuf/google/protobuf/empty_pb.js';
import type { LogAppendResult, ProposedRecord } from './event-log.js';
import type { DoubleContext } from './double-context.js';

interface Proposal {
  readonly stream: string;
  readonly expected: number;
  readonly events: readonly ProposedRecord[];
}

export function handleBatchAppend(
  context: DoubleContext,
  call: ServerDuplexStream<BatchAppendReq, BatchAppendResp>,
): void {
  if (!context.admits(call)) return;
  const unfinished = new Map<string, { options: BatchAppendReq.Options; events: ProposedRecord[] }>();
  call.on('error', () => undefined);
  call.on('end', () => call.end());
  call.on('data', (request: BatchAppendReq) => {
    const correlationId = request.getCorrelationId()?.getString() ?? '';
    const options = request.getOptions();
    if (options !== undefined) unfinished.set(correlationId, { options, events: [] });
    const write = unfinished.get(correlationId);
    if (write === undefined) return;
    write.events.push(...request.getProposedMessagesList().map(recordOf));
    if (!request.getIsFinal()) return;
    unfinished.delete(correlationId);
    const proposal = { ...targetOf(write.options), events: write.events };
    answer(context, proposal, (resp) => call.write(resp.setCorrelationId(uuidOf(correlationId))));
  });
}

function answer(
  context: DoubleContext,
  proposal: Proposal,
  send: (response: BatchAppendResp) => unknown,
): void {
  const { faults, log } = context;
  const response = new streams.BatchAppendResp();
  response.setStreamIdentifier(new shared.StreamIdentifier().setStreamName(bytesOf(proposal.stream)));
  if (faults.notReady > 0) {
    faults.notReady -= 1;
    send(response.setError(errorOf('google.protobuf.Empty', new Uint8Array(), 'Server Is Not Ready')));
    return;
  }
  if (sizeOf(proposal.events) > context.maxAppendBytes) {
    const details = new shared.MaximumAppendSizeExceeded().setMaxappendsize(context.maxAppendBytes);
    send(
      response.setError(errorOf('event_store.client.MaximumAppendSizeExceeded', details.serializeBinary())),
    );
    return;
  }
  if (faults.loseRequests > 0) {
    faults.loseRequests -= 1;
    context.cutConnections();
    return;
  }
  const result = log.append(proposal.stream, proposal.expected, proposal.events);
  context.appends.push({ stream: proposal.stream, events: proposal.events.length });
  if (faults.loseAnswers > 0) {
    faults.loseAnswers -= 1;
    context.cutConnections();
    return;
  }
  if (faults.swallowAnswers > 0) {
    faults.swallowAnswers -= 1;
    return;
  }
  fill(response, result);
  if (faults.answerDelayMs > 0) setTimeout(() => send(response), faults.answerDelayMs);
  else send(response);
}

function fill(response: BatchAppendResp, result: LogAppendResult): void {
  if (result.kind === 'written') {
    const position = new shared.AllStreamPosition();
    position.setCommitPosition(String(result.position));
    position.setPreparePosition(String(result.position));
    const success = new streams.BatchAppendResp.Success();
    success.setCurrentRevision(String(result.revision));
    success.setPosition(position);
    response.setSuccess(success);
    return;
  }
  const details = new shared.WrongExpectedVersion();
  if (result.current === -1) details.setCurrentNoStream(new emptyPb.Empty());
  else details.setCurrentStreamRevision(String(result.current));
  response.setError(errorOf('event_store.client.WrongExpectedVersion', details.serializeBinary()));
}

/** Only what a client needs that appends with credentials of its own: no batches, no faults. */
export function handleAppend(
  context: DoubleContext,
  call: ServerReadableStream<AppendReq, AppendResp>,
  done: sendUnaryData<AppendResp>,
): void {
  let target = { stream: '', expected: -1 };
  const events: ProposedRecord[] = [];
  call.on('error', () => undefined);
  call.on('data', (request: AppendReq) => {
    const options = request.getOptions();
    const message = request.getProposedMessage();
    if (options !== undefined) {
      const stream = textOf(options.getStreamIdentifier()?.getStreamName_asU8());
      target = { stream, expected: options.hasNoStream() ? -1 : Number(options.getRevision()) };
    }
    if (message !== undefined) events.push(recordOf(message));
  });
  call.on('end', () => {
    const result = context.log.append(target.stream, target.expected, events);
    const response = new streams.AppendResp();
    if (result.kind === 'written') {
      const position = new streams.AppendResp.Position();
      position.setCommitPosition(String(result.position)).setPreparePosition(String(result.position));
      const success = new streams.AppendResp.Success().setCurrentRevision(String(result.revision));
      done(null, response.setSuccess(success.setPosition(position)));
      return;
    }
    const wrong = new streams.AppendResp.WrongExpectedVersion();
    if (result.current === -1) wrong.setCurrentNoStream(new shared.Empty());
    else wrong.setCurrentRevision(String(result.current));
    done(null, response.setWrongExpectedVersion(wrong));
  });
}

function targetOf(options: BatchAppendReq.Options): { stream: string; expected: number } {
  const stream = textOf(options.getStreamIdentifier()?.getStreamName_asU8());
  if (!options.hasNoStream() && !options.hasStreamPosition()) {
    throw new Error('the double takes explicit expected revisions only');
  }
  return { stream, expected: options.hasNoStream() ? -1 : Number(options.getStreamPosition()) };
}

function recordOf(message: BatchAppendReq.ProposedMessage | AppendReq.ProposedMessage): ProposedRecord {
  return {
    id: message.getId()?.getString().toLowerCase() ?? '',
    type: message.getMetadataMap().get('type') ?? '',
    contentType: message.getMetadataMap().get('content-type') ?? '',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

/** As EventStoreDB counts an append. */
function sizeOf(events: readonly ProposedRecord[]): number {
  return events.reduce(
    (sum, { type, data, metadata }) => sum + 2 * type.length + data.length + metadata.length,
    0,
  );
}

function errorOf(typeName: string, details: Uint8Array, message = ''): Status {
  const any = new anyPb.Any();
  any.pack(details, typeName);
  return new status.Status().setMessage(message).setDetails(any);
}

function uuidOf(text: string) {
  return new shared.UUID().setString(text);
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'utf8'));
}

function textOf(bytes: Uint8Array = new Uint8Array()): string {
  return Buffer.from(bytes).toString('utf8');
}
