// Data that is JSON text already, because another thread wrote it: an adapter that keeps text stores it as it is.

/**
 * May stand for the `data` or `metadata` of a `NewEvent`; `text` must be JSON. What `readAll` gives of an event as it is stored;
 * `text` is then whatever the engine holds, and nobody has looked whether it is JSON still.
 */
export class SerializedJson {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** What an adapter that knows nothing of this class will store: the same value. */
  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}
