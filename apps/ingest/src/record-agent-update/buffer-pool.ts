// Buffers that go to a decoder's thread and come back, used again and again: each new one would cost the collector as much
// as decoding what is in it. It must never be given a buffer that anybody still looks into.

const MOST_BUFFERS = 4;
/** Larger ones are for rare payloads and are not kept. */
const MOST_BYTES = 8 * 1024 * 1024;
const STEP_BYTES = 1024 * 1024;

export class BufferPool {
  private readonly free: ArrayBuffer[] = [];

  /** At least so long; what is in it is anything. */
  take(length: number): ArrayBuffer {
    const found = this.free.findIndex(({ byteLength }) => byteLength >= length);
    const [buffer] = found === -1 ? [] : this.free.splice(found, 1);
    return buffer ?? new ArrayBuffer(Math.ceil(length / STEP_BYTES) * STEP_BYTES);
  }

  giveBack(buffer: ArrayBuffer): void {
    if (buffer.byteLength > MOST_BYTES) return;
    this.free.push(buffer);
    if (this.free.length > MOST_BUFFERS) this.free.shift();
  }
}
