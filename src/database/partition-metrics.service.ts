import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { withDeadline } from '../common/with-deadline';
import { MonitoringService } from '../monitoring/monitoring.service';
import { PeriodicLookup } from '../monitoring/periodic-lookup';
import { DatabaseService } from './database.service';
import { partitionedTables, readPartitionEnds } from './keep-partitions';

/** Pause between two looks at the catalogue: partitions are made once a day. */
const intervalMs = 5 * 60_000;

/** Longest time that the start waits for the first look. */
const firstLookMs = 1000;

/** The partitions for all time before and for whatever has no other; `-1` rows are those of one never looked at. */
const outsideSql = `
SELECT coalesce(sum(greatest(c.reltuples, pg_stat_get_live_tuples(c.oid), 0)), 0)::float8 AS rows
  FROM pg_class parent
  JOIN pg_namespace n ON n.oid = parent.relnamespace AND n.nspname = current_schema()
  JOIN pg_inherits i ON i.inhparent = parent.oid
  JOIN pg_class c ON c.oid = i.inhrelid
 WHERE parent.relkind = 'p' AND parent.relname = ANY ($1)
   AND (pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT' OR pg_get_expr(c.relpartbound, c.oid) LIKE 'FOR VALUES FROM (MINVALUE)%')`;

interface PartitionState {
  /** End of the last partition of the table that reaches least far; null when one has none. */
  readonly leastEnd: Date | null;
  readonly rowsOutside: number;
}

function monthNumber(date: Date): number {
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

/** Tells how far partitions reach, as it was when it was last looked at. */
@Injectable()
export class PartitionMetricsService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Partitions');
  readonly lookup = new PeriodicLookup<PartitionState>({
    intervalMs,
    lookUp: () => this.read(),
    onFailure: (error) => this.logger.debug({ err: error }, 'partitions could not be looked at'),
  });

  constructor(
    private readonly database: DatabaseService,
    private readonly monitoring: MonitoringService,
  ) {}

  /** Waits for the first look, which is short, but not for a database that does not answer. */
  async onApplicationBootstrap(): Promise<void> {
    this.monitoring.registerGauge(
      {
        name: 'partition_months_ahead',
        help: 'Months after the running one that have a partition, of the table that has least; below 0 it has none now.',
      },
      () => this.monthsAhead(),
    );
    this.monitoring.registerGauge(
      {
        name: 'partition_rows_outside',
        help: 'Rows in partitions that are no month and no year, by the estimates of the database.',
      },
      () => this.lookup.latest?.rowsOutside ?? null,
    );
    await withDeadline(this.lookup.look(), firstLookMs).catch(() => undefined);
  }

  onApplicationShutdown(): Promise<void> {
    return this.lookup.stop();
  }

  private monthsAhead(): number | null {
    const end = this.lookup.latest?.leastEnd ?? null;
    // It ends where the first month without one begins; a month may have begun since it was looked at.
    return end === null ? null : monthNumber(end) - monthNumber(new Date()) - 1;
  }

  private async read(): Promise<PartitionState> {
    return await this.database.inReadOnlyTransaction([], async ({ query }) => {
      const ends = await readPartitionEnds(query);
      const [outside] = await query<{ rows: number }>(outsideSql, [[...partitionedTables.keys()]]);
      const timesMs = [...partitionedTables.keys()].map((table) => ends.get(table)?.getTime() ?? Number.NaN);
      const leastMs = Math.min(...timesMs);
      return { leastEnd: Number.isNaN(leastMs) ? null : new Date(leastMs), rowsOutside: outside?.rows ?? 0 };
    });
  }
}
