import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';

/** Pause between two readings, in ms. */
const pauseMs = 5000;

/** Readings that make a minute. */
const kept = 60_000 / pauseMs + 1;

/** What was read about a minute ago, or at the start if that is less long ago, and what is read now. */
export interface Span<T> {
  readonly before: T;
  readonly now: T;
}

interface Follower {
  readonly read: () => unknown;
  readonly readings: unknown[];
}

/** Remembers for a minute what counters stood at, so that a gauge can tell how they moved within it. */
@Injectable()
export class LastMinute implements OnModuleInit, OnApplicationShutdown {
  private readonly followers: Follower[] = [];
  private timer: NodeJS.Timeout | null = null;

  onModuleInit(): void {
    this.timer = setInterval(() => this.note(), pauseMs).unref();
  }

  onApplicationShutdown(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  /** Reads a figure from now on every 5 s, and returns how to ask for its last minute; `read` may not throw. */
  follow<T>(read: () => T): () => Span<T> {
    const readings = [read()];
    this.followers.push({ read, readings });
    return () => ({ before: readings[0] as T, now: read() });
  }

  /** Takes one reading of everything. */
  note(): void {
    for (const { read, readings } of this.followers) {
      readings.push(read());
      if (readings.length > kept) readings.shift();
    }
  }
}
