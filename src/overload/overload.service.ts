import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import type { Counter } from 'prom-client';
import type { Settings } from '../config/settings';
import { SETTINGS } from '../config/settings.token';
import { DatabaseService } from '../database/database.service';
import { MonitoringService } from '../monitoring/monitoring.service';
import { type RefusalReason, refusalsName } from './refusal';
import { Threshold } from './threshold';
import { WriteLoad } from './write-load';

/** How often it is found out how things are. */
const tickMs = 250;

/** How often Node measures the delay of the event loop; it counts this time in. */
const resolutionMs = 10;

/** Reads are refused at as many times the limit for writes: what cannot be stored is sent again, a reader is a person. */
const readsFactor = 2;

/** What a request asks for. */
export type RequestKind = 'read' | 'write';

/** A pair of limits on one signal. */
type Limits = Readonly<Record<RequestKind, Threshold>>;

function limitsOf(limit: number): Limits {
  return { write: new Threshold(limit), read: new Threshold(limit * readsFactor) };
}

/**
 * Finds out whether the process has more to do than it can, and says which requests are to be refused: writes first,
 * and reads only when the event loop or the pool are twice as late.
 */
@Injectable()
export class OverloadService implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('Overload');
  /** Payloads that have arrived and are not stored yet. */
  readonly writes: WriteLoad;
  private readonly loop: Limits;
  private readonly pool: Limits;
  private readonly age: Threshold;
  private readonly loopDelay: IntervalHistogram = monitorEventLoopDelay({ resolution: resolutionMs });
  private readOldestWaitMs: () => number = () => 0;
  private timer: NodeJS.Timeout | null = null;
  private lastTickMs = 0;
  private wasRefusing = false;

  constructor(
    @Inject(SETTINGS) settings: Settings,
    private readonly database: DatabaseService,
    private readonly monitoring: MonitoringService,
    @InjectMetric(refusalsName) private readonly refusals: Counter<'reason'>,
  ) {
    this.writes = new WriteLoad({ maxUnderWay: settings.overloadWrites, targetMs: settings.overloadTargetMs });
    this.loop = limitsOf(settings.overloadLoopDelayMs);
    this.pool = limitsOf(settings.overloadPoolWaiting);
    this.age = new Threshold(settings.overloadBacklogAgeMs);
  }

  onModuleInit(): void {
    this.loopDelay.enable();
    this.lastTickMs = performance.now();
    this.timer = setInterval(() => this.tick(), tickMs).unref();
    this.monitoring.registerGauge(
      { name: 'ingest_payloads_under_way', help: 'Payloads that have arrived and are not stored yet.' },
      () => this.writes.underWay,
    );
    this.monitoring.registerLabelledGauge(
      { name: 'overload', help: 'Whether requests of this kind are refused now: 1 or 0.', label: 'kind' },
      () => ({ write: this.isRefusingWrites ? 1 : 0, read: this.findReason('read') === null ? 0 : 1 }),
    );
  }

  onApplicationShutdown(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.loopDelay.disable();
  }

  /** Has `readMs` asked how long the payload that waits for its turn the longest has waited; one caller only. */
  watchOldestWait(readMs: () => number): void {
    this.readOldestWaitMs = readMs;
  }

  /** Why a request of this kind is to be refused now; null when it is not. */
  findReason(kind: RequestKind): RefusalReason | null {
    if (this.loop[kind].isExceeded) return 'event_loop';
    if (this.pool[kind].isExceeded) return 'pool';
    if (kind === 'read') return null;
    return this.age.isExceeded || this.writes.isFull ? 'backlog' : null;
  }

  /** Counts a refusal. */
  note(reason: RefusalReason): void {
    this.refusals.inc({ reason });
  }

  private tick(): void {
    const nowMs = performance.now();
    this.writes.tick(nowMs - this.lastTickMs);
    this.lastTickMs = nowMs;
    const { mean } = this.loopDelay;
    const delayMs = Number.isNaN(mean) ? 0 : Math.max(0, mean / 1e6 - resolutionMs);
    this.loopDelay.reset();
    const { waitingCount } = this.database.pool();
    for (const kind of ['write', 'read'] as const) {
      this.loop[kind].note(delayMs);
      this.pool[kind].note(waitingCount);
    }
    this.age.note(this.readOldestWaitMs());
    this.logChange();
  }

  /** Also between two refusals, while no more is let in than can be stored in time. */
  private get isRefusingWrites(): boolean {
    return this.writes.isOverloaded || this.findReason('write') !== null;
  }

  private logChange(): void {
    const isRefusing = this.isRefusingWrites;
    if (isRefusing === this.wasRefusing) return;
    this.wasRefusing = isRefusing;
    const { underWay, limit } = this.writes;
    if (isRefusing) this.logger.warn(`more than can be done: ${underWay} payloads under way, refused beyond ${limit}`);
    else this.logger.log('everything is taken again');
  }
}
