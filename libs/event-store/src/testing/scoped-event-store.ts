// Lets a spec use plain stream names on a server that others use too: every name gets the run's prefix on its way in and
// loses it on its way out. The store itself must be opened to see no other streams.
import type { EventPage, EventStore, RecordedEvent } from '../event-store.js';

export function scopedEventStore(store: EventStore, prefix: string): EventStore {
  const named = (event: RecordedEvent): RecordedEvent => ({
    ...event,
    stream: event.stream.slice(prefix.length),
  });
  const pageOf = (page: EventPage): EventPage => ({ ...page, events: page.events.map(named) });
  return {
    append: (items) => store.append(items.map((item) => ({ ...item, stream: prefix + item.stream }))),
    readStream: async (stream, options) => (await store.readStream(prefix + stream, options)).map(named),
    readAll: async (options) => pageOf(await store.readAll(options)),
    follow: async function* (options) {
      for await (const page of store.follow(options)) yield pageOf(page);
    },
    head: () => store.head(),
    close: () => store.close(),
  };
}
