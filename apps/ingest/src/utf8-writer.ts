// Collects text as UTF-8 in one buffer that grows, and that can be handed to another thread without copying it.

const ENCODER = new TextEncoder();
/** UTF-8 bytes of one UTF-16 code unit, at most. */
const MOST_BYTES = 3;

export class Utf8Writer {
  private buffer: Uint8Array<ArrayBuffer>;
  /** Bytes so far. */
  length = 0;

  /** `expected`: bytes; more is no error. */
  constructor(expected: number) {
    this.buffer = new Uint8Array(expected);
  }

  write(text: string): void {
    const needed = this.length + text.length * MOST_BYTES;
    if (needed > this.buffer.length) {
      const grown = new Uint8Array(Math.max(needed, 2 * this.buffer.length));
      grown.set(this.buffer.subarray(0, this.length));
      this.buffer = grown;
    }
    this.length += ENCODER.encodeInto(text, this.buffer.subarray(this.length)).written;
  }

  /** A view of the buffer: valid until the next `write`. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.buffer.subarray(0, this.length);
  }
}
