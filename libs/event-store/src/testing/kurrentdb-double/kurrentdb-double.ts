// A server in this process that speaks EventStoreDB's gRPC protocol, for specs: it keeps its log over restarts, and the
// network before it can be cut. It must stay within what EventStoreDB 23.10 documents; what only the double does proves
// nothing.
import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import type { IServerFeaturesServer } from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { IStreamsServer } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import type { sendUnaryData } from '@grpc/grpc-js';
import type { SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb.js';
import { handleAppend, handleBatchAppend } from './append-calls.js';
import type { AdmittedCall, DoubleContext } from './double-context.js';
import { noFaults } from './double-faults.js';
import type { DoubleFaults } from './double-faults.js';
import { createEventLog } from './event-log.js';
import type { EventLog } from './event-log.js';
import { LOOPBACK_CERTIFICATE, LOOPBACK_KEY } from './loopback-certificate.js';
import { handleRead } from './read-calls.js';
import { openTcpGate } from './tcp-gate.js';

const MAX_APPEND_BYTES = 1_048_576;
const STREAMS = 'event_store.client.streams.streams';

export interface KurrentDbDoubleOptions {
  /** With these, the server speaks TLS with `LOOPBACK_CERTIFICATE` and lets nobody else in. */
  readonly credentials?: { readonly username: string; readonly password: string };
  readonly maxAppendBytes?: number;
  /** UTC epoch ms; by default the clock. */
  readonly now?: () => number;
}

export interface KurrentDbDouble {
  readonly port: number;
  /** Without credentials. */
  readonly connectionString: string;
  readonly log: EventLog;
  readonly faults: DoubleFaults;
  readonly appends: DoubleContext['appends'];
  /** Subscriptions open now. */
  subscriptions(): number;
  /** Events sent over subscriptions so far. */
  sent(): number;
  /** Reads of single streams so far. */
  streamReads(): number;
  /** Ends every subscription in good order, as a server that balances its load. */
  endSubscriptions(): void;
  cutConnections(): void;
  /** Everything breaks, and connections are refused until `start`. */
  stop(): Promise<void>;
  /** On the same port, with all that was written. */
  start(): Promise<void>;
}

export async function startKurrentDbDouble(options: KurrentDbDoubleOptions = {}): Promise<KurrentDbDouble> {
  const { credentials, now = Date.now } = options;
  const log = createEventLog(now);
  const subscriptions: DoubleContext['subscriptions'] = new Set();
  let stopping = new AbortController();
  const context: DoubleContext = {
    log,
    faults: noFaults(),
    maxAppendBytes: options.maxAppendBytes ?? MAX_APPEND_BYTES,
    appends: [],
    admits: (call, done) => admits(call, done ?? ((refusal) => call.emit('error', refusal)), credentials),
    cutConnections: () => gate.cut(),
    get stopped() {
      return stopping.signal;
    },
    subscriptions,
    sent: 0,
    streamReads: 0,
  };
  let server = newServer(context);
  const gate = await openTcpGate(await bind(server, credentials !== undefined));

  return {
    port: gate.port,
    connectionString: `esdb://127.0.0.1:${gate.port}${credentials === undefined ? '?tls=false' : ''}`,
    log,
    faults: context.faults,
    appends: context.appends,
    subscriptions: () => subscriptions.size,
    sent: () => context.sent,
    streamReads: () => context.streamReads,
    endSubscriptions: () => subscriptions.forEach((open) => open.end()),
    cutConnections: () => gate.cut(),
    stop: async () => {
      stopping.abort();
      await gate.shut();
      server.forceShutdown();
      subscriptions.clear();
    },
    start: async () => {
      stopping = new AbortController();
      server = newServer(context);
      await gate.open(await bind(server, credentials !== undefined));
    },
  };
}

function newServer(context: DoubleContext): Server {
  const server = new Server({ 'grpc.max_receive_message_length': 4 * 1024 * 1024 });
  const streams: IStreamsServer = {
    read: (call) => void handleRead(context, call),
    append: (call, done) => handleAppend(context, call, done),
    batchAppend: (call) => handleBatchAppend(context, call),
    delete: unimplemented,
    tombstone: unimplemented,
  };
  const serverFeatures: IServerFeaturesServer = {
    getSupportedMethods: (call, done) => {
      if (context.admits(call, done)) done(null, supportedMethods());
    },
  };
  server.addService(StreamsService, streams);
  server.addService(ServerFeaturesService, serverFeatures);
  return server;
}

function bind(server: Server, tls: boolean): Promise<number> {
  const keys = { private_key: Buffer.from(LOOPBACK_KEY), cert_chain: Buffer.from(LOOPBACK_CERTIFICATE) };
  const credentials = tls ? ServerCredentials.createSsl(null, [keys]) : ServerCredentials.createInsecure();
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, port) =>
      error === null ? resolve(port) : reject(error),
    );
  });
}

function supportedMethods(): SupportedMethods {
  const methods = ['read', 'append', 'batchappend', 'delete', 'tombstone'].map((name) => {
    const method = new features.SupportedMethod().setMethodName(name);
    return method.setServiceName(STREAMS).setFeaturesList(['filters', 'stream', 'all']);
  });
  return new features.SupportedMethods().setEventStoreServerVersion('23.10.0').setMethodsList(methods);
}

function admits(
  call: AdmittedCall,
  refuse: (refusal: Error) => unknown,
  credentials: KurrentDbDoubleOptions['credentials'],
): boolean {
  if (credentials === undefined) return true;
  const { username, password } = credentials;
  const wanted = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  if (call.metadata.get('authorization')[0] === wanted) return true;
  const refusal = Object.assign(new Error('refused'), {
    code: status.UNAUTHENTICATED,
    details: 'Received HTTP status code 401',
  });
  refuse(refusal);
  return false;
}

function unimplemented(_call: unknown, done: sendUnaryData<never>): void {
  done({ code: status.UNIMPLEMENTED, details: 'not in the double' });
}
