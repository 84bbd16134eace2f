// Both apps on one set of stores over many lives: a crash kills both processes with SIGKILL and starts the command again.
import { APPS, RunningApps, type Addresses } from './running-apps.js';

export class CrashingApps {
  crashes = 0;
  isCrashing = false;
  private apps: RunningApps;
  private lastLife: Promise<Addresses>;

  /** `settings`: further variables of every life. */
  constructor(
    private readonly folder: string,
    private readonly settings: Readonly<Record<string, string>> = {},
  ) {
    this.apps = RunningApps.start(folder, settings);
    this.lastLife = this.apps.ready();
  }

  /** Where the apps are to be found, once those of the present life are ready. Throws when a life did not end as it must. */
  addresses(): Promise<Addresses> {
    return this.lastLife;
  }

  /**
   * Kills both apps at once and starts them again; with `again`, the next life is killed, too, as soon as both listen, while
   * they still recover. From here on `addresses` tells of the last of these lives.
   */
  crash(again: boolean): void {
    this.isCrashing = true;
    this.lastLife = this.nextLife(again).finally(() => (this.isCrashing = false));
    // Whoever asks for the addresses is told.
    this.lastLife.catch(() => undefined);
  }

  destroy(): Promise<void> {
    return this.apps.destroy();
  }

  /** The command must end with an error of its own when its apps are killed. */
  private async nextLife(again: boolean): Promise<Addresses> {
    this.crashes += 1;
    this.apps.killNow(APPS);
    const code = await this.apps.ended;
    if (code !== 1 || !this.apps.output.includes('ended by itself (SIGKILL)')) {
      throw new Error(`the command ended with ${code} after its apps were killed:\n${this.apps.output}`);
    }
    this.apps = RunningApps.start(this.folder, this.settings);
    if (!again) return this.apps.ready();
    await Promise.all(APPS.map((app) => this.apps.pidOf(app)));
    return this.nextLife(false);
  }
}
