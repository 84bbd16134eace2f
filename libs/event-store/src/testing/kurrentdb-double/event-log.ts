// The double's log in memory, with EventStoreDB's rules (23.10): explicit expected revisions, idempotency by comparing the
// ids at the revisions after the expected one, positions that are offsets of a file and so have gaps. It keeps no index of
// ids: an id appended again onto the right revision is a second event, as on the real server.

export interface LogRecord {
  readonly position: bigint;
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
  /** UTC epoch ms. */
  readonly created: number;
}

export type ProposedRecord = Pick<LogRecord, 'id' | 'type' | 'contentType' | 'data' | 'metadata'>;

/** −1 means that the stream must not exist. */
export type LogAppendResult =
  | {
      readonly kind: 'written';
      readonly revision: number;
      readonly position: bigint;
      readonly repeated: boolean;
    }
  | { readonly kind: 'wrong-revision'; readonly current: number };

export interface EventLog {
  readonly records: readonly LogRecord[];
  append(stream: string, expected: number, events: readonly ProposedRecord[]): LogAppendResult;
  stream(name: string): readonly LogRecord[];
  /** Resolves at the next append. */
  grown(): Promise<void>;
}

const EMPTY = new Uint8Array();

/** `now`: UTC epoch ms. Begins with the events that a real server writes by itself. */
export function createEventLog(now: () => number): EventLog {
  const records: LogRecord[] = [];
  const streams = new Map<string, LogRecord[]>();
  let end = 0n;
  let waiting: (() => void)[] = [];

  function write(stream: string, event: ProposedRecord): LogRecord {
    const ofStream = streams.get(stream) ?? [];
    streams.set(stream, ofStream);
    const { length: revision } = ofStream;
    // A record's position is where it begins in the file.
    const record = { ...event, stream, revision, position: end, created: now() };
    end += BigInt(120 + stream.length + event.type.length + event.data.length + event.metadata.length);
    ofStream.push(record);
    records.push(record);
    return record;
  }

  function append(stream: string, expected: number, events: readonly ProposedRecord[]): LogAppendResult {
    const ofStream = streams.get(stream) ?? [];
    const current = ofStream.length - 1;
    if (expected < current && events.every(({ id }, index) => ofStream[expected + 1 + index]?.id === id)) {
      const last = ofStream[expected + events.length];
      if (last !== undefined) return { kind: 'written', ...placeOf(last), repeated: true };
    }
    if (expected !== current) return { kind: 'wrong-revision', current };
    const last = events.map((event) => write(stream, event)).at(-1);
    if (last === undefined) return { kind: 'wrong-revision', current };
    const awake = waiting;
    waiting = [];
    for (const wake of awake) wake();
    return { kind: 'written', ...placeOf(last), repeated: false };
  }

  for (const type of ['$UserCreated', '$UserCreated', '$metadata']) {
    write('$users', {
      id: crypto.randomUUID(),
      type,
      contentType: 'application/json',
      data: EMPTY,
      metadata: EMPTY,
    });
  }

  return {
    records,
    append,
    stream: (name) => streams.get(name) ?? [],
    grown: () => new Promise((resolve) => waiting.push(resolve)),
  };
}

function placeOf({ revision, position }: LogRecord) {
  return { revision, position };
}
