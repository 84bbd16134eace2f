// Events on their way from the order of the log into the order of agents, on disk: a log is larger than memory, one part of
// the spill is not. Written once, read once. It holds what the read model holds, so it must not outlive the filling of one.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
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
  /** The agents of a part, each whole, in the order in which they were met. */
  read(part: number): readonly AgentEvents[];
  close(): void;
}

/** `folder`: an empty one, on the disk of the read model. Throws the file system's errors. */
export function createEvidenceSpill(folder: string): EvidenceSpill {
  const parts = Array.from({ length: PARTS }, (_, part) => createPart(join(folder, `${part}.tsv`)));
  return {
    parts: PARTS,
    write: (part, lines) => parts[part]?.write(lines),
    finish: () => parts.forEach((part) => part.flush()),
    read: (part) => agentsOf(parts[part]?.read() ?? []),
    close: () => parts.forEach((part) => part.close()),
  };
}

/** The part an agent belongs to. Ids are often given out one after the other: the last digits spread best. */
export function partOf({ account, agentId }: AgentName): number {
  return (Number(account.slice(-9)) * 31 + Number(agentId.slice(-9))) % PARTS;
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
    writeSync(descriptor, pending);
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

function agentsOf(lines: readonly string[]): readonly AgentEvents[] {
  const agents = new Map<string, AgentName & { readonly incoming: IncomingEvent[] }>();
  for (const line of lines) {
    const [account = '', agentId = '', event, revision, recordedAt, at, fingerprint = '', says = ''] =
      line.split('\t');
    const name = `${account}-${agentId}`;
    let agent = agents.get(name);
    if (!agent) agents.set(name, (agent = { account, agentId, incoming: [] }));
    agent.incoming.push({
      evidence: unpackEvidence(Number(at), fingerprint, says),
      says,
      event: Number(event),
      revision: Number(revision),
      recordedAt: Number(recordedAt),
      late: false,
    });
  }
  return [...agents.values()];
}
