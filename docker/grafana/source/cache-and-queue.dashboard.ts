import { makeDashboard } from './dashboard';
import { graphOf, quantile, rate, step } from './prometheus-panels';

const hits = `sum by (kind) (rate(health_export_cache_hits_total[${step}]))`;
const misses = `sum by (kind) (rate(health_export_cache_misses_total[${step}]))`;

/** What Redis is used for. */
export const cacheAndQueue = makeDashboard({
  uid: 'health-export-cache-and-queue',
  title: 'Health Export · Cache and queue',
  description:
    'Answers that are kept, and work that is handed on. Both are accelerators: nothing is lost without them.',
  datasource: 'prometheus',
  from: 'now-6h',
  timezone: 'browser',
  rows: [
    {
      title: 'Cache',
      panels: [
        graphOf(
          { title: 'Hit rate by kind', unit: 'percentunit' },
          [[`${hits} / (${hits} + ${misses} > 0)`, '{{kind}}']],
          { limits: { orange: 0.95, red: 0.7, isFloor: true } },
        ),
        graphOf(
          { title: 'Found, by tier, and not found', unit: 'ops' },
          [
            [rate('cache_hits_total', 'tier'), '{{tier}}'],
            [`sum(rate(health_export_cache_misses_total[${step}]))`, 'not found'],
          ],
          { kind: 'stacked lines' },
        ),
        graphOf({ title: 'Answers made, by cause', unit: 'ops' }, [[rate('cache_loads_total', 'cause'), '{{cause}}']]),
      ],
    },
    {
      title: 'Redis',
      panels: [
        graphOf(
          { title: 'Time of an operation', unit: 's' },
          [0.5, 0.99].map((q) => [quantile(q, 'cache_operation_seconds'), `p${q * 100}`] as const),
          { limits: { orange: 0.001, red: 0.005 } },
        ),
        graphOf({ title: 'Operations', unit: 'ops' }, [
          [rate('cache_operation_seconds_count', 'operation'), '{{operation}}'],
        ]),
        graphOf({ title: 'Answering, and failures', unit: 'short' }, [
          ['health_export_part_ready{part="redis"}', '{{instance}} answers'],
          [rate('cache_errors_total', 'reason'), 'failures in a second: {{reason}}'],
        ]),
      ],
    },
    {
      title: 'Queue',
      panels: [
        graphOf({ title: 'Jobs', unit: 'short' }, [
          ['max by (queue, state) (health_export_queue_jobs)', '{{queue}} {{state}}'],
        ]),
        graphOf({ title: 'Age of the oldest job', unit: 's' }, [
          ['max by (queue) (health_export_queue_oldest_seconds)', '{{queue}}'],
        ]),
        graphOf({ title: 'Time of a job', unit: 's' }, [
          [quantile(0.95, 'queue_job_seconds', '', 'queue'), '{{queue}} p95'],
        ]),
        graphOf({ title: 'Retries', unit: 'ops' }, [[rate('queue_retries_total', 'queue'), '{{queue}}']], {}),
        graphOf(
          { title: 'Open work in PostgreSQL', unit: 'short', description: 'The truth, which the queue hastens.' },
          [['max by (state) (health_export_ingestion_work_open)', '{{state}}']],
        ),
        graphOf(
          { title: 'Age of the oldest work', unit: 's' },
          [['max(health_export_ingestion_work_oldest_seconds)', 'oldest']],
          { limits: { orange: 900, red: 7200 } },
        ),
      ],
    },
  ],
});
