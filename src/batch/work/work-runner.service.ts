import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Settings } from '../../config/settings';
import { SETTINGS } from '../../config/settings.token';
import type { IngestionKey } from '../../database/ingestion-key';
import { isUnavailable } from '../../database/sqlstate';
import { type ClaimedWork, LeaseLostError } from '../../database/work/claimed-work';
import { WorkLeaseRepository } from '../../database/work/work-lease.repository';
import { TRACING, type Tracing } from '../../monitoring/tracing/tracing';
import { QueueMetrics } from '../queue-metrics.service';
import { HeldLease } from './held-lease';
import { type AttemptVerdict, exhausted, judgeAttempt, maxAttempts } from './judge-attempt';
import { workQueue } from './work.queue';
import { WorkHandlers } from './work-handlers';
import { type AttemptOutcome, WorkMetrics } from './work-metrics.service';

/** Connections that one ingestion may hold at once: its transaction, the next piece of its body, its lease or its end. */
const connectionsPerWork = 2;

/** Part of the pool that all of them together may hold. */
const poolShare = 4;

/** Pause between two attempts to tell a database that cannot be reached what became of work. */
const settlePauseMs = 1000;

/** The process stops: what is under way goes to somebody else. */
class StoppingError extends Error {}

/** Claims work, has it done by its handler and settles what became of it; at most `slots` at once. */
@Injectable()
export class WorkRunner {
  private readonly logger = new Logger('Work');
  /** Most ingestions at once. */
  readonly slots: number;
  private readonly leaseMs: number;
  private readonly running = new Set<Promise<void>>();
  private readonly leases = new Set<HeldLease>();
  private isStopping = false;

  constructor(
    @Inject(SETTINGS) settings: Settings,
    private readonly repository: WorkLeaseRepository,
    private readonly handlers: WorkHandlers,
    private readonly metrics: WorkMetrics,
    private readonly queueMetrics: QueueMetrics,
    @Inject(TRACING) private readonly tracing: Tracing,
  ) {
    const affordable = Math.floor(settings.poolMax / (poolShare * connectionsPerWork));
    this.slots = Math.max(1, Math.min(settings.workConcurrency, affordable));
    this.leaseMs = settings.workLeaseMs;
  }

  /** How many more can be run now. */
  get freeSlots(): number {
    return this.isStopping ? 0 : this.slots - this.running.size;
  }

  /**
   * Does work if it is due and nobody else holds it, as soon as there is a slot; resolves when it is settled. Never
   * rejects: what fails is judged, and stays open or is parked in PostgreSQL.
   */
  async run(key: IngestionKey): Promise<void> {
    while (this.freeSlots <= 0) {
      if (this.isStopping) return;
      await Promise.race(this.running);
    }
    const run: Promise<void> = this.attempt(key).finally(() => this.running.delete(run));
    this.running.add(run);
    await run;
  }

  /** Ends what is under way after the step that it is at, and gives it back; nothing is begun any more. */
  async stop(): Promise<void> {
    this.isStopping = true;
    for (const lease of this.leases) lease.interrupt(new StoppingError('the process stops'));
    await Promise.all(this.running);
  }

  private async attempt(key: IngestionKey): Promise<void> {
    const startedAtMs = performance.now();
    try {
      const claim = await this.repository.claim(key, this.leaseMs);
      if (claim === null) return;
      this.queueMetrics.countAttempt(workQueue, claim.attempts);
      const outcome = await this.work(claim);
      this.metrics.countAttempt(outcome, performance.now() - startedAtMs);
    } catch (error) {
      // It stays as it is, and is found again when it is due or its lease has ended.
      if (isUnavailable(error)) this.logger.warn('work could not be claimed or settled: the database is not there');
      else this.logger.error({ err: error, ingestionId: key.id }, 'work could not be claimed or settled');
    }
  }

  private async work(claim: ClaimedWork): Promise<AttemptOutcome> {
    if (claim.attempts > maxAttempts) return await this.settle(claim, exhausted(maxAttempts));
    const lease = new HeldLease(this.repository, claim, this.leaseMs);
    this.leases.add(lease);
    try {
      // It may have begun to stop while the claim was under way.
      if (this.isStopping) lease.interrupt(new StoppingError('the process stops'));
      lease.signal.throwIfAborted();
      const { kind, attempts } = claim;
      await this.tracing.span('work', { kind, attempts }, () => this.handlers.of(kind)(claim, lease.signal));
      return 'done';
    } catch (thrown) {
      // Whatever an interrupted handler rejects with, the interruption is why.
      const error = lease.signal.aborted ? lease.signal.reason : thrown;
      if (error instanceof LeaseLostError) return 'lost';
      if (error instanceof StoppingError) return await this.giveBack(claim);
      const verdict = judgeAttempt(error, claim.attempts);
      if (verdict.kind === 'park' ? verdict.code === 'processing_failed' : verdict.counted) {
        this.logger.warn({ err: error, ingestionId: claim.id }, `attempt ${claim.attempts} at an ingestion failed`);
      }
      return await this.settle(claim, verdict);
    } finally {
      this.leases.delete(lease);
      lease.end();
    }
  }

  private async giveBack(claim: ClaimedWork): Promise<AttemptOutcome> {
    try {
      await this.repository.postpone(claim, 0, false);
      return 'given_back';
    } catch (error) {
      if (error instanceof LeaseLostError) return 'lost';
      throw error;
    }
  }

  /** Writes the verdict down, as often as it takes: without it the attempt would count, and the work wait for its lease. */
  private async settle(claim: ClaimedWork, verdict: AttemptVerdict): Promise<AttemptOutcome> {
    for (;;) {
      try {
        if (verdict.kind === 'postpone') {
          await this.repository.postpone(claim, verdict.delayMs, verdict.counted);
          return 'postponed';
        }
        await this.repository.park(claim, verdict.code, verdict.detail);
        this.metrics.countParked(verdict.code);
        this.logger.warn({ ingestionId: claim.id }, `an ingestion was parked: ${verdict.code}`);
        return 'parked';
      } catch (error) {
        if (error instanceof LeaseLostError) return 'lost';
        if (this.isStopping || !isUnavailable(error)) throw error;
        await delay(settlePauseMs);
      }
    }
  }
}
