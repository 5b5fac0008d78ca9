import type { Server } from 'node:http';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { register } from 'prom-client';
import { RedisTier } from '../cache/redis-tier';
import { MetricReader } from './metric-reader';
import { promises } from './promises';
import type { Reading, ReadSources } from './readings/reading';
import { type LevelsReport, makeReport } from './report';
import { type Snapshot, SnapshotRing } from './snapshot-ring';

/** Pause between two looks. */
const intervalS = 10;

/** How often Redis is asked for a sign of life, and with which pauses: a process that is late for a moment is not told of. */
const redisTries = 4;
const redisPauseMs = 400;

/** An hour of looks, and one more to begin it. */
const maxSnapshots = 3600 / intervalS + 1;

/** How the promises were kept by this process, and when it was found out. */
export interface ServiceLevelsReport extends LevelsReport {
  readonly measuredAt: string;
  readonly startedAt: string;
}

/**
 * Reads every ten seconds the metrics that the other modules count anyway, keeps what it read for an hour, and judges
 * from it how the promises were kept. No request pays for it. It knows this process alone.
 */
@Injectable()
export class ServiceLevels implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(ServiceLevels.name);
  private readonly ring = new SnapshotRing(maxSnapshots);
  private readonly startedAt = new Date();
  private timer: NodeJS.Timeout | null = null;
  private underWay: Promise<Snapshot> | null = null;

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly redis: RedisTier,
  ) {}

  onApplicationBootstrap(): void {
    // Not waited for: a Redis that is away would hold up the start.
    void this.record();
    this.timer = setInterval(() => void this.record(), intervalS * 1000).unref();
  }

  onApplicationShutdown(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  /** How things are now. Never rejects for a metric or part that cannot be read: that is no data, or a broken promise. */
  async report(): Promise<ServiceLevelsReport> {
    const now = await this.look();
    return {
      measuredAt: new Date().toISOString(),
      startedAt: this.startedAt.toISOString(),
      ...makeReport(this.ring, now, intervalS),
    };
  }

  /** Looks and keeps what was seen, as the timer does. */
  async record(): Promise<void> {
    try {
      this.ring.add(await this.look());
    } catch (error) {
      this.logger.warn({ err: error }, 'no look at the service levels');
    }
  }

  /** Who asks while a look is under way gets that one. */
  private look(): Promise<Snapshot> {
    this.underWay ??= this.takeSnapshot().finally(() => {
      this.underWay = null;
    });
    return this.underWay;
  }

  private async takeSnapshot(): Promise<Snapshot> {
    // ORDER: Redis is asked first, so that its answer is among the times that are read.
    const isRedisAnswering = await this.askRedis();
    const openConnections = await this.countConnections();
    const sources: ReadSources = { metrics: new MetricReader(register), openConnections, isRedisAnswering };
    const before = this.ring.latest?.readings;
    const readings = new Map<string, Reading>();
    for (const { id, measure } of promises) {
      // With hundreds of series all of it takes some ms, for which nobody shall wait in one piece.
      await nextTurn();
      const reading = await measure.read(sources, before?.get(id) ?? null);
      if (reading !== null) readings.set(id, reading);
    }
    return { atMs: performance.now(), readings };
  }

  /** Whether Redis answers; null when there is none by configuration. One answer of several that are too late is one. */
  private async askRedis(): Promise<boolean | null> {
    for (let tries = 1; ; tries++) {
      const isAnswering = await this.redis.isAnswering();
      if (isAnswering !== false || tries === redisTries) return isAnswering;
      await delay(redisPauseMs, undefined, { ref: false });
    }
  }

  private async countConnections(): Promise<number> {
    // The command line has the modules but no server.
    const server: Server | undefined = this.adapterHost.httpAdapter?.getHttpServer();
    if (server === undefined || !server.listening) return 0;
    return await promisify(server.getConnections.bind(server))();
  }
}
