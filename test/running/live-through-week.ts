// A week delivered to both apps while they are killed in the middle of it, again and again, until all of it is acknowledged.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeAgentUpdate, type DecodedUpdate } from '@libs/domain';
import { seededRandom } from '@libs/event-store/testing';
import type { SimulatedWeek } from '../simulator/simulated-week.js';
import { CrashingApps } from './crashing-apps.js';
import { AtLeastOnceClient } from './deliver-at-least-once.js';
import type { Addresses } from './running-apps.js';

export interface LivedWeek {
  readonly folder: string;
  readonly addresses: Addresses;
  readonly client: AtLeastOnceClient;
  readonly apps: CrashingApps;
  /** Of each arrival: the update it is, or null if it is none. */
  readonly updates: readonly (DecodedUpdate | null)[];
  /** The last position that was acknowledged. */
  readonly lastPosition: string;
  destroy(): Promise<void>;
}

export interface Trouble {
  readonly seed: number;
  /** At pseudo-random counts of acknowledgements; every second crash is followed by one during the recovery. */
  readonly crashes: number;
  /** Further variables of the apps. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** What was acknowledged is sent again to a tenth, at the end. */
export async function liveThroughWeek(week: SimulatedWeek, trouble: Trouble): Promise<LivedWeek> {
  const { seed, crashes, settings } = trouble;
  const random = seededRandom(seed);
  const folder = await mkdtemp(join(tmpdir(), 'week-'));
  const apps = new CrashingApps(folder, settings);
  const destroy = async (): Promise<void> => {
    await apps.destroy();
    await rm(folder, { recursive: true, force: true });
  };
  const { arrivals } = week;
  const moments = Array.from({ length: crashes }, () =>
    Math.floor(arrivals.length * 0.9 * (random(1e6) / 1e6)),
  );
  moments.sort((one, other) => other - one);
  const client = new AtLeastOnceClient(
    arrivals,
    random,
    async () => (await apps.addresses()).ingest,
    (acknowledged) => {
      const next = moments.at(-1);
      if (next === undefined || acknowledged < next || apps.isCrashing) return;
      moments.pop();
      apps.crash(moments.length % 2 === 1);
    },
  );
  try {
    await client.deliver([...arrivals.keys()]);
    const addresses = await apps.addresses();
    await client.deliver([...arrivals.keys()].filter(() => random(10) === 0));
    const positions = client.acknowledgements.flatMap((all) =>
      all.map(({ position }) => Number(position ?? 0)),
    );
    const lastPosition = String(positions.reduce((one, other) => Math.max(one, other), 0));
    const updates = arrivals.map((payload) => {
      const decoded = decodeAgentUpdate(payload, { receivedAt: Date.now() });
      return decoded.ok ? decoded.update : null;
    });
    return { folder, addresses, client, apps, updates, lastPosition, destroy };
  } catch (error) {
    await destroy();
    throw error;
  }
}
