// Splits a byte stream into lines without ever holding more than a bounded queue of buffers and one unfinished line.
// It must never take the rest of a broken stream for a line.
import type { Readable } from 'node:stream';
import { isBlank } from '../json-bytes.js';

const NEWLINE = 0x0a;
/** What is taken in ahead of `poll`: enough that a bulk sender always has much of a chunk waiting. */
const QUEUE_BYTES = 1024 * 1024;

/** `bytes` without its newline; `totalBytes` is greater than their length where the line was cut off. */
export interface Line {
  readonly bytes: Buffer;
  readonly totalBytes: number;
}

/**
 * States: reading → (nothing here yet) waiting in `more` → reading; ended; broken (throws what broke it). The source flows
 * unless the queue is full: buffers are taken as they come, since reading from a paused stream would join them all.
 */
export class LineReader {
  private readonly queue: Buffer[] = [];
  private queuedBytes = 0;
  private buffer: Buffer = Buffer.alloc(0);
  /** Where the rest of `buffer` begins. */
  private at = 0;
  private unfinished: Buffer[] = [];
  private keptBytes = 0;
  private totalBytes = 0;
  private ended = false;
  private broken: Error | null = null;
  private wake: (() => void) | null = null;

  constructor(
    private readonly source: Readable,
    private readonly maxLineBytes: number,
  ) {
    const notice = (): void => {
      const wake = this.wake;
      this.wake = null;
      wake?.();
    };
    source.on('data', (piece: Buffer) => {
      this.queue.push(piece);
      this.queuedBytes += piece.length;
      if (this.queuedBytes >= QUEUE_BYTES) source.pause();
      notice();
    });
    source.on('end', () => {
      this.ended = true;
      notice();
    });
    source.on('error', (error: Error) => {
      this.broken ??= error;
      notice();
    });
    source.on('close', () => {
      if (!this.ended) this.broken ??= new Error('the stream closed before its end');
      notice();
    });
  }

  /** The next line that is here already, blank ones left out; null when there is none (then see `more`). */
  poll(): Line | null {
    while (this.broken === null) {
      if (this.at === this.buffer.length && !this.takeBuffer()) return this.ended ? this.lastLine() : null;
      const line = this.takeLine();
      if (line !== null) return line;
    }
    return null;
  }

  /** Waits until `poll` may find more; false at the end. Throws what broke the stream. */
  async more(): Promise<boolean> {
    if (this.isWaiting()) await new Promise<void>((resolve) => (this.wake = resolve));
    if (this.broken !== null) throw this.broken;
    return !this.ended || this.queue.length > 0 || this.totalBytes > 0;
  }

  private isWaiting(): boolean {
    return this.broken === null && !this.ended && this.queue.length === 0;
  }

  private takeBuffer(): boolean {
    const next = this.queue.shift();
    if (next === undefined) return false;
    this.buffer = next;
    this.at = 0;
    this.queuedBytes -= next.length;
    if (this.source.isPaused() && this.queuedBytes < QUEUE_BYTES) this.source.resume();
    return true;
  }

  /** Consumes the buffer up to the next newline; null if there is none, or if the line was blank. */
  private takeLine(): Line | null {
    const end = this.buffer.indexOf(NEWLINE, this.at);
    const piece = this.buffer.subarray(this.at, end === -1 ? this.buffer.length : end);
    this.at = end === -1 ? this.buffer.length : end + 1;
    if (end !== -1 && this.totalBytes === 0) return lineOf(piece, piece.length, this.maxLineBytes);
    this.keep(piece);
    return end === -1 ? null : this.finish();
  }

  private keep(piece: Buffer): void {
    this.totalBytes += piece.length;
    const room = this.maxLineBytes - this.keptBytes;
    if (room <= 0 || piece.length === 0) return;
    this.unfinished.push(piece.subarray(0, room));
    this.keptBytes += Math.min(piece.length, room);
  }

  private lastLine(): Line | null {
    return this.totalBytes === 0 ? null : this.finish();
  }

  private finish(): Line | null {
    const line = lineOf(Buffer.concat(this.unfinished), this.totalBytes, this.maxLineBytes);
    this.unfinished = [];
    this.keptBytes = 0;
    this.totalBytes = 0;
    return line;
  }
}

function lineOf(piece: Buffer, totalBytes: number, maxBytes: number): Line | null {
  if (isBlank(piece)) return null;
  return { bytes: piece.length > maxBytes ? piece.subarray(0, maxBytes) : piece, totalBytes };
}
