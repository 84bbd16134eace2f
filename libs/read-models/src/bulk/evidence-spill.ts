// Events on their way from the order of the log into the order of agents, on disk: a log is larger than memory, one part of
// the spill is not. Written once, read once. It holds what the read model holds, so it must not outlive the filling of one.
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentName } from '../writer/agent-record.js';
import type { DecodedEvent } from '../writer/decode-event.js';
import type { IncomingEvent } from '../writer/fold-agents.js';
import { unpackEvidence } from '../writer/packed-evidence.js';

/** A hundred million events make parts of about 300 MB. */
const PARTS = 256;
const BUFFER_BYTES = 64 * 1_024;

export interface AgentEvents extends AgentName {
  /** In the order of the log; `late` is not told yet. */
  readonly incoming: readonly IncomingEvent[];
}

export interface EvidenceSpill {
  readonly parts: number;
  /** Lines of `lineOf`, in the order of the log. */
  write(part: number, lines: string): void;
  /** After the last line. */
  finish(): void;
  /** The agents of a part, each whole, one after the other. */
  read(part: number): Iterable<AgentEvents>;
  close(): void;
}

/** `folder`: an empty one, on the disk of the read model. Throws the file system's errors. */
export function createEvidenceSpill(folder: string): EvidenceSpill {
  const parts = Array.from({ length: PARTS }, (_, part) => createPart(join(folder, `${part}.tsv`)));
  return {
    parts: PARTS,
    write: (part, lines) => {
      const own = parts[part];
      if (!own) throw new Error(`The spill has no part ${part}.`);
      own.write(lines);
    },
    finish: () => parts.forEach((part) => part.flush()),
    read: (part) => agentsOf(parts[part]?.read() ?? []),
    close: () => parts.forEach((part) => part.close()),
  };
}

/** The part an agent belongs to, whatever pattern its account's ids have. */
export function partOf({ account, agentId }: AgentName): number {
  const mixed = Math.imul(Number(account.slice(-9)) ^ 0x9e3779b9, 0x85ebca6b) ^ Number(agentId.slice(-9));
  return ((Math.imul(mixed, 0xc2b2ae35) >>> 16) ^ (mixed >>> 24)) % PARTS;
}

interface Part {
  write(lines: string): void;
  flush(): void;
  read(): readonly string[];
  close(): void;
}

/** Opened with the first line that overflows its buffer, so that a short log leaves no files. */
function createPart(file: string): Part {
  let descriptor: number | null = null;
  let pending = '';
  const flush = (): void => {
    if (pending === '') return;
    descriptor ??= openSync(file, 'wx', 0o600);
    // To its end: a disk that is nearly full takes less of one write than it is given, and says nothing.
    writeFileSync(descriptor, pending);
    pending = '';
  };
  return {
    write: (lines) => {
      pending += lines;
      if (pending.length > BUFFER_BYTES) flush();
    },
    flush: () => (descriptor === null ? undefined : flush()),
    read: () => {
      const text = descriptor === null ? pending : readFileSync(file, 'utf8');
      return text === '' ? [] : text.slice(0, -1).split('\n');
    },
    close: () => (descriptor === null ? undefined : closeSync(descriptor)),
  };
}

/** An event as the spill keeps it. JSON escapes tabs and line breaks, ids and fingerprints have none. */
export function lineOf({
  account,
  agentId,
  event,
  revision,
  recordedAt,
  evidence,
  says,
}: DecodedEvent): string {
  const { at, fingerprint } = evidence;
  return `${account}\t${agentId}\t${event}\t${revision}\t${recordedAt}\t${at}\t${fingerprint}\t${says}\n`;
}

/** Of a part only the text is in memory at once: events are many times as large. */
function* agentsOf(lines: readonly string[]): Generator<AgentEvents, void, undefined> {
  const agents = new Map<string, string[]>();
  for (const line of lines) {
    const name = line.slice(0, line.indexOf('\t', line.indexOf('\t') + 1));
    const own = agents.get(name);
    if (own) own.push(line);
    else agents.set(name, [line]);
  }
  for (const [name, own] of agents) {
    const [account = '', agentId = ''] = name.split('\t');
    yield { account, agentId, incoming: own.map(eventOf) };
  }
}

function eventOf(line: string): IncomingEvent {
  const [, , event, revision, recordedAt, at, fingerprint = '', says = ''] = line.split('\t');
  return {
    evidence: unpackEvidence(Number(at), fingerprint, says),
    says,
    event: Number(event),
    revision: Number(revision),
    recordedAt: Number(recordedAt),
    late: false,
  };
}
