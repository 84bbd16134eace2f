import { describe, expect, it } from '@jest/globals';
import type { KafkaMessage } from 'kafkajs';
import { messageChunks } from './message-chunks.js';

const messages = (...sizes: (number | null)[]): KafkaMessage[] =>
  sizes.map((size, offset) => ({
    ...{ key: null, timestamp: '0', attributes: 0, headers: {}, offset: String(offset) },
    value: size === null ? null : Buffer.alloc(size),
  }));
const chunks = (sizes: (number | null)[], bounds: { chunkUpdates: number; chunkBytes: number }): string[] =>
  [...messageChunks(messages(...sizes), bounds)].map((chunk) => chunk.map(({ offset }) => offset).join(' '));

describe('messageChunks', () => {
  it('cuts by number and by bytes, keeps the order, loses none', () => {
    expect(chunks([1, 1, 1, 1, 1], { chunkUpdates: 2, chunkBytes: 100 })).toEqual(['0 1', '2 3', '4']);
    expect(chunks([40, 40, 40, 90, 20], { chunkUpdates: 10, chunkBytes: 100 })).toEqual([
      '0 1',
      '2',
      '3',
      '4',
    ]);
  });

  it('gives a message that is larger than a chunk one of its own', () => {
    expect(chunks([10, 500, null, 10], { chunkUpdates: 10, chunkBytes: 100 })).toEqual(['0', '1', '2 3']);
  });

  it('makes nothing of nothing', () => {
    expect(chunks([], { chunkUpdates: 1, chunkBytes: 1 })).toEqual([]);
  });
});
