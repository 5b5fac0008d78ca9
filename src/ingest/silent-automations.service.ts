import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DatabaseService } from '../database/database.service';
import { MonitoringService } from '../monitoring/monitoring.service';
import { PeriodicLookup } from '../monitoring/periodic-lookup';

/** Pause between two looks; who is overdue by days is found soon enough. */
const intervalMs = 5 * 60_000;

/** Time after the start of the first look: a start has better things to ask for. */
const firstLookInMs = 30_000;

/**
 * Automations that sent on at least 3 of the last 14 days and that have been silent for more than 48 hours and for more
 * than four times their usual gap: the median of the time between two hours in which they sent anything.
 */
const silentSql = `
WITH sent AS (
  SELECT user_id, coalesce(automation_id, automation_name) AS automation, date_trunc('hour', received_at) AS hour,
         max(received_at) AS last_at
    FROM raw_ingestions
   WHERE received_at > now() - interval '14 days' AND coalesce(automation_id, automation_name) IS NOT NULL
   GROUP BY 1, 2, 3
), gaps AS (
  SELECT user_id, automation, hour, last_at,
         extract(epoch FROM hour - lag(hour) OVER (PARTITION BY user_id, automation ORDER BY hour)) AS gap_s
    FROM sent
)
SELECT count(*)::int AS silent
  FROM (SELECT FROM gaps
         GROUP BY user_id, automation
        HAVING count(DISTINCT date_trunc('day', hour)) >= 3
           AND extract(epoch FROM now() - max(last_at))
               > greatest(48 * 3600, 4 * percentile_cont(0.5) WITHIN GROUP (ORDER BY gap_s))) AS overdue`;

/** Counts the phones that stopped sending; how many, never whose. */
@Injectable()
export class SilentAutomations implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(SilentAutomations.name);
  readonly lookup = new PeriodicLookup({
    intervalMs,
    lookUp: () => this.count(),
    onFailure: (error) => this.logger.debug({ err: error }, 'silent automations could not be counted'),
  });

  constructor(
    private readonly database: DatabaseService,
    private readonly monitoring: MonitoringService,
  ) {}

  onApplicationBootstrap(): void {
    this.monitoring.registerGauge(
      {
        name: 'silent_automations',
        help: 'Automations that sent on 3 of the last 14 days and are silent for 48 h and 4 times their usual gap.',
      },
      () => this.lookup.latest,
    );
    this.lookup.startIn(firstLookInMs);
  }

  onApplicationShutdown(): Promise<void> {
    return this.lookup.stop();
  }

  private async count(): Promise<number> {
    const [row] = await this.database.inReadOnlyTransaction([], (tx) => tx.query<{ silent: number }>(silentSql));
    return row?.silent ?? 0;
  }
}
