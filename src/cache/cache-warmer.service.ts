import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type AskedAnswer, AskedLately } from './asked-lately.service';
import { CacheService } from './cache.service';
import { CacheLoaders } from './cache-loaders';
import { DataVersions } from './data-versions.service';
import { nameAnswer } from './name-answer';

/** A phone sends several payloads in a row: after the first, the next are waited for this long, in ms. */
const restMs = 2000;

/** Users that are waiting for their turn; further ones are left to be loaded when they ask. */
const maxWaiting = 100;

/**
 * Makes again, after a change, what the user's dashboards asked for lately, so that the next look finds it. One answer at
 * a time: it must not keep anybody waiting who asks.
 */
@Injectable()
export class CacheWarmer implements OnApplicationShutdown {
  /** Users who had their turn less than `restMs` ago, and whether something has changed since. */
  private readonly resting = new Map<string, { hasChanged: boolean }>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private last: Promise<void> = Promise.resolve();
  private waiting = 0;
  private isStopping = false;

  constructor(
    private readonly asked: AskedLately,
    private readonly loaders: CacheLoaders,
    private readonly versions: DataVersions,
    private readonly cache: CacheService,
  ) {}

  /** Says that the data of these users, who asked for something lately, has changed. Nothing waits for it, nothing fails. */
  changed(userIds: readonly string[]): void {
    // Only who serves answers can make them.
    if (this.loaders.isEmpty || this.isStopping) return;
    for (const userId of userIds) {
      const rest = this.resting.get(userId);
      if (rest !== undefined) rest.hasChanged = true;
      else if (this.waiting < maxWaiting) this.begin(userId);
    }
  }

  /** Begins nothing more and waits for the one under way. */
  async onApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    for (const timer of this.timers) clearTimeout(timer);
    await this.last;
  }

  private begin(userId: string): void {
    const rest = { hasChanged: false };
    this.resting.set(userId, rest);
    this.waiting++;
    this.last = this.last.then(() => this.warm(userId)).finally(() => this.waiting--);
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      this.resting.delete(userId);
      if (rest.hasChanged) this.changed([userId]);
    }, restMs);
    this.timers.add(timer.unref());
  }

  private async warm(userId: string): Promise<void> {
    for (const answer of await this.asked.take(userId)) {
      if (this.isStopping) return;
      // What cannot be made now is made for whoever asks for it, and fails there if it has to.
      await this.make(userId, answer).catch(() => undefined);
    }
  }

  private async make(userId: string, { kind, timeZone, url }: AskedAnswer): Promise<void> {
    const reader = { userId, timeZone };
    // What was asked lately is about days that change.
    const { version, tag } = nameAnswer(reader, url, await this.versions.read(userId), null);
    const query = Object.fromEntries(new URL(url, 'http://localhost').searchParams);
    await this.cache.warm({ kind, reader, url, version, tag }, () => this.loaders.get(kind)(reader, query));
  }
}
