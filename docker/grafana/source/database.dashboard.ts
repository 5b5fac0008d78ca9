import { makeDashboard } from './dashboard';
import { graphOf, mean, quantile } from './prometheus-panels';

/** How the service gets on with PostgreSQL. */
export const database = makeDashboard({
  uid: 'health-export-database',
  title: 'Health Export · Database',
  description: 'The pool, the statements of requests, partitions, and what the optimizer advises.',
  datasource: 'prometheus',
  from: 'now-6h',
  timezone: 'browser',
  rows: [
    {
      title: 'Pool',
      panels: [
        graphOf({ title: 'Connections', unit: 'short' }, [
          ['sum by (state) (health_export_database_pool_connections)', '{{state}}'],
          ['sum(health_export_database_pool_max_connections)', 'at most'],
        ]),
        graphOf({ title: 'Waiting for one', unit: 'short' }, [['health_export_database_pool_waiting', '{{instance}}']]),
        graphOf(
          {
            title: 'Efficiency',
            unit: 'percentunit',
            description: 'Borrows of the last minute that found a connection free.',
          },
          [['health_export_database_pool_efficiency_ratio', '{{instance}}']],
          { limits: { orange: 0.9, red: 0.8, isFloor: true } },
        ),
        graphOf(
          { title: 'Wait for a connection', unit: 's' },
          [0.5, 0.95, 0.99].map((q) => [quantile(q, 'database_pool_wait_seconds'), `p${q * 100}`] as const),
        ),
        graphOf(
          { title: 'Use of a connection', unit: 's' },
          [0.5, 0.95, 0.99].map((q) => [quantile(q, 'database_pool_use_seconds'), `p${q * 100}`] as const),
        ),
        graphOf(
          {
            title: 'Usable',
            unit: 'short',
            description: '1 when the database answers, is migrated and has its partitions.',
          },
          [['health_export_part_ready{part="database"}', '{{instance}}']],
        ),
      ],
    },
    {
      title: 'Statements of requests (samples of them)',
      panels: [
        graphOf({ title: 'Statements of a request', unit: 'short', width: 12 }, [
          [mean('http_request_statements', 'route'), '{{route}}'],
        ]),
        graphOf({ title: 'Time in statements of a request', unit: 's', width: 12 }, [
          [mean('http_request_statement_seconds', 'route'), '{{route}}'],
        ]),
      ],
    },
    {
      title: 'Upkeep',
      panels: [
        graphOf(
          {
            title: 'Months ahead',
            unit: 'short',
            description: 'Partitions beyond the running month, the least of all tables.',
          },
          [['min(health_export_partition_months_ahead)', 'months']],
          { limits: { orange: 2, red: 1, isFloor: true } },
        ),
        graphOf({ title: 'Rows outside of months', unit: 'short', description: 'An estimate.' }, [
          ['max(health_export_partition_rows_outside)', 'rows'],
        ]),
        graphOf({ title: 'Open advice', unit: 'short', description: 'What it is: npm run advise.' }, [
          ['max by (kind) (health_export_advice_open)', '{{kind}}'],
        ]),
      ],
    },
  ],
});
