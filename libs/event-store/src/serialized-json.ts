// Data that is JSON already, because another thread wrote it: an adapter that keeps text stores it as it is.

/**
 * May stand for the `data` or `metadata` of a `NewEvent`; must be JSON, as text or as the bytes of its UTF-8. What `readAll`
 * gives of an event as it is stored; it is then whatever the engine holds, and nobody has looked whether it is JSON still.
 */
export class SerializedJson {
  readonly json: string | Uint8Array;

  constructor(json: string | Uint8Array) {
    this.json = json;
  }

  get text(): string {
    return jsonText(this.json);
  }

  /** What an adapter that knows nothing of this class will store: the same value. */
  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}

export function jsonText(json: string | Uint8Array): string {
  return typeof json === 'string'
    ? json
    : Buffer.from(json.buffer, json.byteOffset, json.byteLength).toString();
}
