import { randomUUID } from 'node:crypto';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Settings } from '../config/settings';
import { CONNECTIONS, type Connections, SETTINGS } from '../config/settings.token';
import { FiguresRegistry } from '../monitoring/figures-registry';
import { MonitoringService } from '../monitoring/monitoring.service';
import { StatementSampler } from '../monitoring/statement-sampler';
import { adviceKinds } from './advice';
import { collectEvidence } from './collect-evidence';
import { ensureStatementStatistics } from './ensure-statement-statistics';
import type { Evidence } from './evidence/evidence';
import { countStatements } from './evidence/read-statements';
import { withOwnerSession } from './owner-session';
import { makeReport, type Report } from './report';
import { writeProcessFigures, writeStatementCounts } from './snapshots';

/** Requests of this long are watched after each look: a sixtieth of the time with the usual pause. */
const sampleMs = 5000;

/**
 * Looks for advice, now and then by itself and whenever an administrator asks; nobody else's request waits for it. It
 * uses a connection of its own, changes nothing, and remembers figures to compare later ones with.
 */
@Injectable()
export class AdvisorService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(AdvisorService.name);
  private readonly processId = randomUUID();
  private timer: NodeJS.Timeout | null = null;
  private underWay: Promise<Report> | null = null;
  private latest: Report | null = null;
  private hasStatistics = false;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CONNECTIONS) private readonly connections: Connections,
    private readonly figures: FiguresRegistry,
    private readonly sampler: StatementSampler,
    private readonly monitoring: MonitoringService,
  ) {}

  onApplicationBootstrap(): void {
    const help = 'Pieces of advice that are open, by kind; none before the first look.';
    this.monitoring.registerLabelledGauge({ name: 'advice_open', help, label: 'kind' }, () => this.countByKind());
    const { adviceIntervalS } = this.settings;
    if (adviceIntervalS > 0) this.timer = setInterval(() => void this.look(), adviceIntervalS * 1000).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    // What it reads from may be stopped next.
    await this.underWay?.catch(() => undefined);
  }

  /** What there is to advise now; who asks while a look is under way gets that one. Errors: rejects without a database. */
  report(): Promise<Report> {
    this.underWay ??= this.collect().finally(() => {
      this.underWay = null;
    });
    return this.underWay;
  }

  private async collect(): Promise<Report> {
    const { databaseOwnerUrl } = this.connections;
    if (!this.hasStatistics) {
      await withOwnerSession(databaseOwnerUrl, ensureStatementStatistics);
      this.hasStatistics = true;
    }
    const evidence = await collectEvidence(databaseOwnerUrl, this.figures.read());
    this.latest = makeReport(evidence);
    await this.remember(evidence);
    // What is counted now is told by the next look.
    this.sampler.sample(sampleMs);
    return this.latest;
  }

  /** Leaves figures for later looks, and for the command line, which has no process to ask. */
  private async remember({ statements }: Evidence): Promise<void> {
    await withOwnerSession(this.connections.databaseOwnerUrl, async (session) => {
      await writeProcessFigures(session, this.processId, this.figures.read());
      if (statements === null || statements.missing !== null) return;
      await writeStatementCounts(session, countStatements(statements.statements), this.settings.adviceWindowS);
    }).catch((error: unknown) => this.logger.warn({ err: error }, 'figures were not kept'));
  }

  /** One look by the timer; what fails is logged and tried again the next time. */
  private async look(): Promise<void> {
    try {
      await this.report();
    } catch (error) {
      this.logger.warn({ err: error }, 'no look for advice');
    }
  }

  private countByKind(): Record<string, number> {
    if (this.latest === null) return {};
    const counts: Record<string, number> = Object.fromEntries(adviceKinds.map((kind) => [kind, 0]));
    for (const { kind } of this.latest.advice) counts[kind] = (counts[kind] ?? 0) + 1;
    return counts;
  }
}
