// The one connection of a store: the client finds the node, speaks TLS, sends the credentials and connects again. The calls
// themselves are made on the client's own service definitions, because of what its helpers do (6.2.1):
// appendToStream keeps its pending answers in one map for the whole process, so that a broken connection rejects, or an
// answer that comes after it crashes, what belongs to another; a backlog at that moment is an unhandled rejection; it writes
// the JSON itself, and a value it cannot write leaves a promise that never settles. readAll cannot filter.
import { EventStoreDBClient } from '@eventstore/db-client';
import { ServerFeaturesClient } from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import type { SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type {
  BatchAppendReq,
  BatchAppendResp,
  ReadReq,
  ReadResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import type {
  CallOptions,
  Client as GrpcClient,
  ClientDuplexStream,
  ClientReadableStream,
  Metadata,
} from '@grpc/grpc-js';
import { parseConnectionString } from './connection-string.js';
import { EventStoreError } from '../errors.js';
import { NoAnswerError } from './kurrentdb-errors.js';
import { receiveResponses } from './response-receiver.js';
import type { ResponseReceiver } from './response-receiver.js';

export interface ReadLimits {
  /** How long the whole read may take; a subscription has none. */
  readonly deadlineMs?: number;
  /** Have the leader answer, so that nothing committed is missing. Default false: any node. */
  readonly requiresLeader?: boolean;
  /** Gives up opening the call; rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export type BatchAppendCall = ClientDuplexStream<BatchAppendReq, BatchAppendResp>;

export interface KurrentDbConnection {
  /** For logs and errors. */
  readonly hosts: string;
  read(request: ReadReq, limits: ReadLimits): Promise<ResponseReceiver<ReadResp>>;
  /** `onOpen` is handed the call before anything can happen to it; gives what it makes of it. */
  batchAppend<T>(onOpen: (call: BatchAppendCall) => T): Promise<T>;
  supportedMethods(deadlineMs: number): Promise<SupportedMethods>;
  /** Ends every call, whatever it is at. */
  close(): Promise<void>;
}

/** What the client keeps for its own commands; the version is pinned in package.json. */
interface ClientInternals {
  GRPCStreamCreator<C extends GrpcClient, T>(
    client: new (...args: never[]) => C,
    name: string,
    create: (client: C) => T,
  ): () => Promise<T>;
  callArguments(
    options: { readonly requiresLeader?: boolean; readonly deadline?: number },
    callOptions?: CallOptions,
  ): [Metadata, CallOptions];
  execute<C extends GrpcClient, T>(
    client: new (...args: never[]) => C,
    name: string,
    action: (client: C) => Promise<T>,
  ): Promise<T>;
}

/** Connects at the first call. Throws `store-misuse` for a connection string that is none. */
export function connectKurrentDb(connectionString: string): KurrentDbConnection {
  const target = parseConnectionString(connectionString);
  const client = clientOf(target.connectionString);
  const internals = client as unknown as ClientInternals;
  let latest: GrpcClient | null = null;

  let closed = false;

  function requireOpen(): void {
    if (closed) throw new EventStoreError('store-closed', 'event store: closed');
  }

  function using<C extends GrpcClient>(grpcClient: C): C {
    latest = grpcClient;
    return grpcClient;
  }

  async function read(request: ReadReq, { deadlineMs, requiresLeader, signal }: ReadLimits) {
    requireOpen();
    const open = internals.GRPCStreamCreator(StreamsClient, 'read', (streams) => {
      const endless = deadlineMs === undefined ? { deadline: Infinity } : undefined;
      const call = using(streams).read(
        request,
        ...internals.callArguments({ requiresLeader, deadline: deadlineMs }, endless),
      );
      // A stream, so that the client sees its failure and connects again; with the receiver already on it.
      return Object.assign(call, { receiver: receiveResponses(call) });
    });
    const { receiver } = await openedInTime(open(), deadlineMs, signal);
    return receiver;
  }

  return {
    hosts: target.hosts,
    read,
    batchAppend: async (onOpen) => {
      requireOpen();
      const open = internals.GRPCStreamCreator(StreamsClient, 'batchAppend', (streams) => {
        const call = using(streams).batchAppend(...internals.callArguments({}, { deadline: Infinity }));
        return Object.assign(call, { made: onOpen(call) });
      });
      return (await open()).made;
    },
    supportedMethods: (deadlineMs) =>
      withinTime(
        internals.execute(ServerFeaturesClient, 'getSupportedMethods', (features) =>
          getSupportedMethods(using(features), internals.callArguments({ deadline: deadlineMs })),
        ),
        deadlineMs,
      ),
    close: async () => {
      closed = true;
      await client.dispose();
      // The client closes a channel that failed, and leaves its last one open.
      latest?.close();
    },
  };
}

function clientOf(connectionString: string): EventStoreDBClient {
  try {
    return EventStoreDBClient.connectionString(connectionString);
  } catch (error) {
    // Its parse error carries the whole string: only what is known to be harmless is told.
    const ofFile = error instanceof Error && error.message.startsWith('Failed to load certificate');
    const problem = ofFile
      ? 'a certificate or key file is not there'
      : 'an option has a value it cannot have';
    throw new EventStoreError('store-misuse', `event store: connection string: ${problem}`);
  }
}

type ReadCall = ClientReadableStream<ReadResp> & { readonly receiver: ResponseReceiver<ReadResp> };

function openedInTime(
  opening: Promise<ReadCall>,
  deadlineMs: number | undefined,
  signal: AbortSignal | undefined,
): Promise<ReadCall> {
  return withinTime(opening, deadlineMs, signal, (call) => call.cancel());
}

/** Discovery of a cluster can take most of a minute and knows no deadline; what comes too late goes to `tooLate`. */
function withinTime<T>(
  work: Promise<T>,
  ms: number | undefined,
  signal?: AbortSignal,
  tooLate: (value: T) => void = () => undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let over = false;
    const end = (settle: () => void) => {
      over = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      settle();
    };
    const onAbort = () => end(() => reject(signal?.reason as Error));
    const timer =
      ms === undefined ? undefined : setTimeout(() => end(() => reject(new NoAnswerError(ms))), ms);
    signal?.addEventListener('abort', onAbort, { once: true });
    work.then(
      (value) => (over ? tooLate(value) : end(() => resolve(value))),
      (error: unknown) => end(() => reject(error instanceof Error ? error : new Error(String(error)))),
    );
    if (signal?.aborted) onAbort();
  });
}

function getSupportedMethods(
  features: ServerFeaturesClient,
  [metadata, options]: [Metadata, CallOptions],
): Promise<SupportedMethods> {
  return new Promise((resolve, reject) => {
    features.getSupportedMethods(new shared.Empty(), metadata, options, (error, methods) =>
      error === null ? resolve(methods) : reject(error),
    );
  });
}
