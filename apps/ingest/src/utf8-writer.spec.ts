import { describe, expect, it } from '@jest/globals';
import { Utf8Writer } from './utf8-writer.js';

describe('Utf8Writer', () => {
  it.each([0, 5, 1_000])('holds the UTF-8 of all that was written, whatever was expected: %d', (expected) => {
    const texts = ['', 'plain', 'Zoë', '\u{1f600}', '\uffff'.repeat(50), 'x'.repeat(300)];
    const writer = new Utf8Writer(expected);
    const lengths = texts.map((text) => {
      writer.write(text);
      return writer.length;
    });
    expect(Buffer.from(writer.bytes()).toString()).toBe(texts.join(''));
    expect(lengths).toEqual(texts.map((_, index) => Buffer.byteLength(texts.slice(0, index + 1).join(''))));
  });
});
