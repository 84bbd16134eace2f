// The event at a position, which operators name; on a log whose positions are bytes.
import { describe, expect, it } from '@jest/globals';
import { itemOf, newEvent } from '../testing/index.js';
import { useKurrentDbDoubles } from '../testing/kurrentdb-double/index.js';

const doubles = useKurrentDbDoubles();

describe('the event at a position', () => {
  it('is found where it stands, and nothing between two events, beyond the end or in a stream of others', async () => {
    const store = doubles.open(await doubles.start());
    const items = [itemOf('agent-1-1', 'noStream', newEvent(1)), itemOf('other-1', 'noStream', newEvent(2))];
    const [ours, others] = await store.append(items);
    const last = (await store.append([itemOf('agent-1-2', 'noStream', newEvent(3))]))[0];
    const at = (result: typeof ours): bigint =>
      result !== undefined && result.outcome !== 'conflict' ? result.position : -1n;
    expect(await store.eventAt(at(ours))).toMatchObject({ id: newEvent(1).id, position: at(ours) });
    expect(await store.eventAt(at(last))).toMatchObject({ id: newEvent(3).id });
    expect(await store.eventAt(at(others))).toBeNull();
    expect(await store.eventAt(at(ours) + 1n)).toBeNull();
    expect(await store.eventAt(at(last) + 1_000n)).toBeNull();
  });
});
