#!/usr/bin/env node
// Checks an audit bundle: that its events are those that were recorded, none changed, removed, inserted or moved.
// One file, nothing but Node 18 or newer, so that whoever checks need not run, nor trust, the service:
//   node check-bundle.mjs BUNDLE --trust FINGERPRINT [--earlier BUNDLE] [--digests DIR]
// Written anew from docs/audit.md: it must share no code with what writes digests, or it would share its mistakes.
import { createHash, createPublicKey, verify } from 'node:crypto';
import * as crypto from 'node:crypto';
import { createReadStream, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export const DIGESTS_FILE = 'digests.ndjson';

const USAGE = `usage: check-bundle.mjs BUNDLE --trust FINGERPRINT [--trust …] [--earlier BUNDLE …] [--digests DIR …]

  --trust     fingerprint of a signing key, learnt from somewhere else than the bundle
  --earlier   a bundle that was written before: what it shows must still be there
  --digests   a copy of the digests (a directory or file): what it shows must be in the bundle
Ends with 0 when everything holds, 1 when something does not, 2 when asked wrongly.
`;
const MAX_LINE_BYTES = 256 * 1024 * 1024;
const SIGNED_HEAD = 'agent-status-history audit v1\n';
const HASH_BYTES = 32;

/** Asked wrongly, or a file that cannot be read. */
export class UsageError extends Error {}

/**
 * What checking gave: `failures` in the order of the log, the first of them the first event that fails. An event is named by its
 * digest's number, its index in it, and its position where that is known.
 */
export async function checkBundle(file, { trust, earlier = [], digests = [] }) {
  const trusted = readFingerprints(trust);
  const witnesses = [];
  for (const path of earlier) witnesses.push(await readWitness('earlier', path));
  for (const path of digests) witnesses.push(await readWitness('digests', path));
  const check = new BundleCheck(trusted, witnesses);
  for await (const { text, isWhole } of readLines(file)) check.take(text, isWhole);
  return check.end();
}

function readFingerprints(trust) {
  const trusted = trust.map((text) => text.trim().toLowerCase());
  if (trusted.length === 0)
    throw new UsageError('which key is to be trusted? A bundle cannot vouch for its own');
  for (const text of trusted) {
    if (!/^[0-9a-f]{64}$/.test(text))
      throw new UsageError(`${text} is no fingerprint: 64 digits of hexadecimal`);
  }
  return new Set(trusted);
}

// ---------------------------------------------------------------------------------------------------------------- the bundle

class BundleCheck {
  constructor(trusted, witnesses) {
    this.trusted = trusted;
    this.witnesses = witnesses;
    this.chain = new ChainCheck();
    this.failures = [];
    this.notes = [];
    this.header = null;
    this.events = null;
    this.last = null;
    this.lastText = '';
    this.eventCount = 0;
  }

  take(text, isWhole) {
    if (this.last !== null) return this.fail(Infinity, 0, 'there is more after the end of the bundle');
    const value = parseObject(text);
    if (!isWhole || value === null) return this.fail(...this.place(), 'a line of the bundle cannot be read');
    if (this.header === null) {
      this.header = value;
      const { createdAt, from, to } = value;
      if (JSON.stringify({ kind: 'bundle', version: 1, createdAt, from, to }) !== text)
        throw new UsageError('this is no audit bundle of version 1');
      return undefined;
    }
    switch (value.kind) {
      case 'key':
      case 'digest':
        if (this.events !== null) return this.fail(...this.place(), 'a digest stands among the events');
        return this.chain.take(text);
      case 'event':
        this.eventCount += 1;
        return this.eventCheck().take(value, text);
      case 'end':
        this.last = value;
        this.lastText = text;
        return undefined;
      default:
        return this.fail(...this.place(), 'a line of the bundle is of no known kind');
    }
  }

  eventCheck() {
    this.events ??= new EventCheck(this.chain.entries, this.header ?? {}, (...failure) =>
      this.fail(...failure),
    );
    return this.events;
  }

  end() {
    if (this.header === null) throw new UsageError('this is no audit bundle: it is empty');
    const { chain } = this;
    this.eventCheck().end();
    if (this.last === null) this.fail(...this.place(), 'the bundle ends before its last line: it was cut');
    else if (
      this.lastText !==
      JSON.stringify({ kind: 'end', entries: chain.entries.length, events: this.eventCount })
    ) {
      this.fail(...this.place(), 'the bundle does not hold as many lines as it says');
    }
    for (const { number, message } of [...chain.failures, ...trustFailures(chain, this.trusted)]) {
      this.fail(number, -1, message, positionOf(chain.entries[number]));
    }
    for (const witness of this.witnesses) this.compare(witness);
    this.failures.sort((a, b) => a.digest - b.digest || a.index - b.index);
    const digestEntries = chain.entries.filter((entry) => entry?.kind === 'digest');
    return {
      ok: this.failures.length === 0,
      failures: this.failures,
      notes: this.notes,
      createdAt: printable(this.header.createdAt),
      from: this.header.from ?? null,
      to: this.header.to ?? null,
      events: this.eventCount,
      digests: digestEntries.length,
      lastDigest: digestEntries.at(-1) ?? null,
      keys: chain.keys,
    };
  }

  /** Everything that somebody else has kept must be here, the same. */
  compare({ kind, path, chain }) {
    for (const { message } of chain.failures.concat(trustFailures(chain, this.trusted)).slice(0, 1)) {
      this.fail(Infinity, 0, `${path} is itself not in order: ${message}`);
    }
    for (const [number, line] of chain.lines.entries()) {
      const mine = this.chain.lines[number];
      if (mine === line) continue;
      const theirs = chain.entries[number];
      if (mine !== undefined) {
        const position = positionOf(this.chain.entries[number]) ?? positionOf(theirs);
        const message = `it is in another digest than in ${path}: log and digests were written anew from here on`;
        return this.fail(number, 0, message, position);
      }
      if (kind === 'digests' && Date.parse(theirs?.time) > Date.parse(this.header.createdAt)) {
        return void this.notes.push(
          `${path} goes on to digest ${chain.lines.length - 1}; this bundle says it was made before, at ${printable(this.header.createdAt)}`,
        );
      }
      const missing = chain.entries.slice(number).find((entry) => entry?.kind === 'digest');
      const message = `it is in ${path} and no longer in the log: log and digests were cut together`;
      return this.fail(number, 0, message, positionOf(missing));
    }
    return undefined;
  }

  /** Where a reader of the bundle stands: after the last entry, or after the last event. */
  place() {
    return this.events?.place() ?? [this.chain.lines.length, -1];
  }

  fail(digest, index, message, position = null, event = null) {
    this.failures.push({
      digest,
      index,
      position,
      id: event?.id ?? null,
      stream: event?.stream ?? null,
      message,
    });
  }
}

const positionOf = (entry) => (entry?.kind === 'digest' ? entry.from : null);

// ------------------------------------------------------------------------------------------------------- the chain of digests

const ENTRY_MEMBERS = {
  key: ['kind', 'version', 'number', 'previous', 'time', 'publicKey', 'key', 'signature'],
  digest: [
    ...['kind', 'version', 'number', 'previous', 'time', 'from', 'to', 'events', 'eventsBefore'],
    ...['recordedFrom', 'recordedTo', 'root', 'key', 'signature'],
  ],
};

/** Each entry follows the one before, and is signed by the key that the chain has named last. */
class ChainCheck {
  constructor() {
    this.lines = [];
    this.entries = [];
    this.failures = [];
    this.keys = [];
    this.current = null;
    this.previous = null;
    this.eventsBefore = 0;
    this.lastPosition = -1n;
  }

  take(line) {
    const number = this.lines.length;
    const entry = readEntry(line);
    const message =
      entry === null ? 'the digest is not written as digests are' : this.problemOf(entry, number);
    if (message !== null) this.failures.push({ number, message });
    this.lines.push(line);
    this.entries.push(entry);
    this.previous = sha256([Buffer.from(line)]).toString('hex');
    if (entry?.kind === 'digest') {
      this.eventsBefore = entry.eventsBefore + entry.events;
      this.lastPosition = BigInt(entry.to);
    }
    if (entry?.kind === 'key') {
      this.current = publicKeyOf(entry.publicKey);
      this.keys.push(fingerprintOf(entry.publicKey));
    }
  }

  problemOf(entry, number) {
    if (entry.number !== number) return `the digest says it is number ${printable(entry.number)}`;
    if (entry.previous !== this.previous)
      return 'the digest does not follow the one before it: one was changed, added or taken out';
    if (number === 0 && entry.kind !== 'key') return 'the first entry names no key';
    const signer = number === 0 ? publicKeyOf(entry.publicKey) : this.current;
    const fingerprint = number === 0 ? fingerprintOf(entry.publicKey) : this.keys.at(-1);
    if (entry.key !== fingerprint) return 'the digest is signed by another key than the one before';
    if (signer === null || !isSigned(entry, signer)) return 'the signature of the digest is wrong';
    if (entry.kind === 'key')
      return publicKeyOf(entry.publicKey) === null ? 'the new key is no Ed25519 key' : null;
    const isNext = entry.eventsBefore === this.eventsBefore && BigInt(entry.from) > this.lastPosition;
    return isNext && BigInt(entry.to) >= BigInt(entry.from)
      ? null
      : 'the range of the digest does not follow the one before';
  }
}

/**
 * Entries count up to the last one that a trusted key has signed: its hash of the one before covers all of them. A key that a
 * trusted one has named as its successor is trusted.
 */
function trustFailures({ entries }, given) {
  const trusted = new Set(given);
  let last = -1;
  entries.forEach((entry, number) => {
    if (entry === null || !trusted.has(entry.key)) return;
    last = number;
    if (entry.kind === 'key') trusted.add(fingerprintOf(entry.publicKey));
  });
  const next = entries[last + 1];
  if (next === undefined && entries.length > 0) return [];
  const why =
    entries.length === 0 ? 'there is no digest at all' : `the key ${printable(next?.key)} is not trusted`;
  return [{ number: last + 1, message: `nothing vouches for this digest: ${why}` }];
}

function readEntry(line) {
  const entry = parseObject(line);
  const members = Object.hasOwn(ENTRY_MEMBERS, entry?.kind ?? '') ? ENTRY_MEMBERS[entry.kind] : null;
  if (members === null || entry.version !== 1) return null;
  if (JSON.stringify(Object.fromEntries(members.map((name) => [name, entry[name]]))) !== line) return null;
  if (
    !Number.isSafeInteger(entry.number) ||
    typeof entry.key !== 'string' ||
    typeof entry.signature !== 'string'
  )
    return null;
  if (entry.kind === 'key') return typeof entry.publicKey === 'string' ? entry : null;
  const isRange = [entry.from, entry.to].every((text) => typeof text === 'string' && /^\d+$/.test(text));
  const isCount =
    Number.isSafeInteger(entry.eventsBefore) && Number.isSafeInteger(entry.events) && entry.events > 0;
  const isTree = entry.events <= 0x100000;
  return isRange && isCount && isTree && /^[0-9a-f]{64}$/.test(entry.root) ? entry : null;
}

function isSigned({ signature, ...unsigned }, key) {
  const bytes = fromBase64(signature);
  return bytes !== null && verify(null, Buffer.from(SIGNED_HEAD + JSON.stringify(unsigned)), key, bytes);
}

/** Null for anything but the one way to write these bytes. */
function fromBase64(text) {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}

function publicKeyOf(base64) {
  try {
    const key = createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'ed25519' ? key : null;
  } catch {
    return null;
  }
}

const fingerprintOf = (base64) => sha256([Buffer.from(String(base64), 'base64')]).toString('hex');

/** The entries of an earlier bundle, or of a copy of the digests. */
async function readWitness(kind, path) {
  const chain = new ChainCheck();
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  for await (const { text, isWhole } of readLines(isFolder ? join(path, DIGESTS_FILE) : path)) {
    const what = parseObject(text)?.kind;
    if (what === 'event' || what === 'end') break;
    // A copy is appended to while it is read: its last line may be on its way.
    if (isWhole && what !== 'bundle') chain.take(text);
  }
  if (chain.lines.length === 0) throw new UsageError(`${path} holds no digests`);
  return { kind, path: printable(path), chain };
}

// ------------------------------------------------------------------------------------------------------------------ the events

/** Each event leads to the root of its digest by its proof, and none is missing between the ends of what was asked for. */
class EventCheck {
  constructor(entries, header, fail) {
    this.fail = fail;
    this.isBefore = edge(header.from, (value, bound) => value < bound);
    this.isAfter = edge(
      header.to,
      (value, bound) => value > bound,
      (value, bound) => value >= bound,
    );
    this.digests = entries.filter(
      (entry) =>
        entry?.kind === 'digest' &&
        !this.isBefore(entry.to, Date.parse(entry.recordedTo)) &&
        !this.isAfter(entry.from, Date.parse(entry.recordedFrom)),
    );
    this.places = new Map(this.digests.map(({ number }, place) => [number, place]));
    this.at = 0;
    this.next = 0;
    this.last = null;
    this.known = new Map();
  }

  place() {
    return [this.digests[this.at]?.number ?? Infinity, this.next];
  }

  take(event, text) {
    if (!isEvent(event, text))
      return this.fail(...this.place(), 'an event of the bundle is not written as events are');
    const place = this.places.get(event.digest);
    if (place === undefined) return this.failAt(event, 'it is in no digest of what was asked for');
    while (this.at < place) this.endDigest();
    if (event.index === null)
      return this.failAt(event, 'it was not there when the digest was made: it was inserted');
    if (place < this.at || event.index < this.next)
      return this.failAt(event, 'it is there twice, or out of order');
    const isNeighbour = place === 0 && this.next === 0 && this.isBefore(event.position, event.recordedAt);
    if (event.index > this.next && !isNeighbour) this.missing();
    this.next = event.index + 1;
    this.last = event;
    const digest = this.digests[place];
    if (!leadsToRoot(event, digest, this.known)) {
      this.fail(
        digest.number,
        event.index,
        'it is not what was recorded in its place',
        event.position,
        event,
      );
    }
    return undefined;
  }

  end() {
    while (this.at < this.digests.length - 1) this.endDigest();
    if (this.at >= this.digests.length || this.next >= this.digests[this.at].events) return;
    const isNeighbour = this.next > 0 && this.isAfter(this.last.position, this.last.recordedAt);
    if (!isNeighbour) this.missing();
  }

  endDigest() {
    if (this.next < this.digests[this.at].events) this.missing();
    this.at += 1;
    this.next = 0;
    this.known.clear();
  }

  missing() {
    const { number, from, to, events } = this.digests[this.at];
    const isContiguous = BigInt(to) - BigInt(from) + 1n === BigInt(events);
    const position = isContiguous || this.next === 0 ? String(BigInt(from) + BigInt(this.next)) : null;
    this.fail(
      number,
      this.next,
      `it is missing: event ${this.next + 1} of the ${events} in its digest`,
      position,
    );
  }

  failAt(event, message) {
    this.fail(...this.place(), message, event.position, event);
  }
}

/** Whether something lies beyond an edge of what was asked for: a position, or a time (ISO 8601); null is no edge. */
function edge(asked, beyondPosition, beyondTime = beyondPosition) {
  if (asked === null || asked === undefined) return () => false;
  if (/^\d+$/.test(asked)) return (position) => beyondPosition(BigInt(position), BigInt(asked));
  const time = Date.parse(asked);
  if (Number.isNaN(time)) throw new UsageError('the bundle does not say what was asked for');
  return (_position, recordedAt) => beyondTime(recordedAt, time);
}

const EVENT_MEMBERS = [
  ...['kind', 'digest', 'index', 'position', 'stream', 'revision', 'id', 'type', 'recordedAt'],
  ...['data', 'metadata', 'proof'],
].join();

/** Written to the byte as events are: what one reader takes for one thing, another must not take for another. */
function isEvent(event, text) {
  const { index, position, stream, id, type, data, metadata, proof } = event;
  if (Object.keys(event).join() !== EVENT_MEMBERS || JSON.stringify(event) !== text) return false;
  if (![position, stream, id, type, data, metadata, proof].every((text) => typeof text === 'string'))
    return false;
  if (!/^\d+$/.test(position) || (index !== null && !(Number.isSafeInteger(index) && index >= 0)))
    return false;
  return Number.isSafeInteger(event.revision) && Number.isSafeInteger(event.recordedAt);
}

/**
 * Walks from the leaf to the root (RFC 6962). `known`: nodes of this digest's tree that have led to the root already, by level and
 * index. From the first of them on there is nothing to hash: what the proof says must be what is known.
 */
function leadsToRoot(event, { events, root }, known) {
  if (event.index >= events) return false;
  const proof = fromBase64(event.proof);
  if (proof === null) return false;
  const walked = [];
  let node = leafHash(event);
  let isKnown = false;
  let used = 0;
  for (let level = 0, index = event.index, size = events; size > 1; level += 1, size = (size + 1) >> 1) {
    const seen = known.get(nodeKey(level, index));
    if (!isKnown && seen !== undefined) {
      if (!node.equals(seen)) return false;
      isKnown = true;
    }
    if (!isKnown) walked.push([nodeKey(level, index), node]);
    const siblingIndex = index ^ 1;
    if (siblingIndex < size) {
      const sibling = proof.subarray(used, (used += HASH_BYTES));
      if (sibling.length !== HASH_BYTES) return false;
      const seenSibling = known.get(nodeKey(level, siblingIndex));
      if (seenSibling !== undefined && !sibling.equals(seenSibling)) return false;
      if (!isKnown) {
        walked.push([nodeKey(level, siblingIndex), sibling]);
        node = sha256(index < siblingIndex ? [NODE, node, sibling] : [NODE, sibling, node]);
      }
    }
    index >>= 1;
  }
  if (used !== proof.length || !(isKnown || node.equals(Buffer.from(root, 'hex')))) return false;
  for (const [key, hash] of walked) known.set(key, hash);
  return true;
}

/** A digest has at most 2^20 events. */
const nodeKey = (level, index) => level * 0x100000 + index;

const LEAF = Buffer.of(0x00);
const NODE = Buffer.of(0x01);

/** Eight fields, each its length in bytes (four, big-endian) and its UTF-8. */
function leafHash({ position, stream, revision, id, type, recordedAt, data, metadata }) {
  const fields = [position, stream, revision, id, type, recordedAt, data, metadata].map((field) =>
    Buffer.from(String(field)),
  );
  return sha256([
    LEAF,
    ...fields.flatMap((field) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(field.length);
      return [length, field];
    }),
  ]);
}

/** In one call where Node has it (20.12 and later), which is twice as fast for short texts. */
function sha256(parts) {
  const bytes = Buffer.concat(parts);
  return crypto.hash === undefined
    ? createHash('sha256').update(bytes).digest()
    : crypto.hash('sha256', bytes, 'buffer');
}

// --------------------------------------------------------------------------------------------------------------------- reading

/** Lines without their line feed; `isWhole` is false for a last one that has none. */
async function* readLines(path) {
  let rest = [];
  let restBytes = 0;
  const stream = createReadStream(path, { highWaterMark: 1024 * 1024 });
  try {
    for await (const chunk of stream) {
      let start = 0;
      for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
        rest.push(chunk.subarray(start, end));
        yield { text: Buffer.concat(rest).toString('utf8'), isWhole: true };
        rest = [];
        restBytes = 0;
        start = end + 1;
      }
      rest.push(chunk.subarray(start));
      restBytes += chunk.length - start;
      if (restBytes > MAX_LINE_BYTES) throw new UsageError(`${path} has a line that no bundle has`);
    }
  } catch (error) {
    throw error?.code === undefined ? error : new UsageError(`${path} cannot be read (${error.code})`);
  }
  if (restBytes > 0) yield { text: Buffer.concat(rest).toString('utf8'), isWhole: false };
}

function parseObject(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** What a bundle says must not move the cursor of whoever reads about it. */
const printable = (value) => String(value).replace(/[\p{Cc}\p{Cf}]/gu, '\uFFFD');

// ------------------------------------------------------------------------------------------------------------------- the answer

/** The report as text, the first event that fails first. */
export function renderReport(report) {
  const { ok, failures, notes, events, digests, keys, lastDigest } = report;
  const range = `from ${printable(report.from ?? 'the first event')} to ${printable(report.to ?? 'the last event')}`;
  const lines = [
    `bundle of ${report.createdAt}, ${range}: ${events} events, ${digests} digests, ${keys.length} keys`,
  ];
  if (lastDigest !== null) {
    lines.push(
      `last digest: number ${lastDigest.number}, to position ${lastDigest.to}, of ${printable(lastDigest.time)}`,
    );
  }
  lines.push(...notes.map((note) => `note: ${note}`));
  if (ok) {
    lines.push('OK: all events are as they were recorded, and none is missing');
  } else {
    const [first] = failures;
    lines.push(`FAILED: ${nameOf(first)}: ${printable(first.message)}`);
    if (failures.length > 1)
      lines.push(
        `${failures.length - 1} more do not hold, the next: ${nameOf(failures[1])}: ${printable(failures[1].message)}`,
      );
  }
  return `${lines.join('\n')}\n`;
}

function nameOf({ digest, index, position, id, stream }) {
  if (!Number.isFinite(digest)) return 'the bundle';
  const where = `digest ${digest}${index >= 0 ? `, index ${index}` : ''}`;
  if (position === null) return where;
  const event = id === null ? '' : ` (${printable(stream)}, ${printable(id)})`;
  return `event at position ${printable(position)}${event}, ${where}`;
}

function readArguments(words) {
  const asked = { bundle: null, trust: [], earlier: [], digests: [] };
  for (let at = 0; at < words.length; at += 1) {
    const name = words[at].startsWith('--') ? words[at].slice(2) : null;
    if (name === null && asked.bundle === null) asked.bundle = words[at];
    else if (['trust', 'earlier', 'digests'].includes(name) && words[at + 1] !== undefined)
      asked[name].push(words[(at += 1)]);
    else throw new UsageError(`${words[at]} is not understood\n\n${USAGE}`);
  }
  if (asked.bundle === null) throw new UsageError(USAGE);
  return asked;
}

async function main(words) {
  try {
    const { bundle, ...options } = readArguments(words);
    const report = await checkBundle(bundle, options);
    process.stdout.write(renderReport(report));
    return report.ok ? 0 : 1;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
}

const script = process.argv[1];
if (script !== undefined && import.meta.url === pathToFileURL(realpathSync(script)).href) {
  process.exitCode = await main(process.argv.slice(2));
}
