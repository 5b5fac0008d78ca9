import { makeDashboard } from './dashboard';
import { figureOf, graphOf, quantile, rate, step, tableOf } from './prometheus-panels';

const ingested = '{method=~"POST|PUT|PATCH", route="/v1/ingest", status!~"4.."}';
const asked =
  '{method="GET", route=~"/v1/(metrics|series|summary|recent|sources|sleep|workouts|events|ecg|ingestions)(/.*)?", route!~".*/raw", status!~"4.."}';
const hits = `sum(rate(health_export_cache_hits_total[${step}]))`;
const misses = `sum(rate(health_export_cache_misses_total[${step}]))`;

/** Whether what was promised holds, and since when not; the figures and limits are those of the README. */
export const serviceLevels = makeDashboard({
  uid: 'health-export-service-levels',
  title: 'Health Export · Service levels',
  description: 'Whether every promise holds. Orange: the goal is missed. Red: the promise is broken.',
  datasource: 'prometheus',
  from: 'now-6h',
  timezone: 'browser',
  rows: [
    {
      title: 'Now',
      panels: [
        figureOf({ title: 'Alerts', unit: 'short' }, 'count(ALERTS{alertstate="firing"}) or vector(0)', {
          orange: 1,
          red: 1,
        }),
        figureOf({ title: 'Processes', unit: 'short' }, 'sum(up{job="health-export"})', {
          orange: 1,
          red: 1,
          isFloor: true,
        }),
        figureOf(
          { title: 'PostgreSQL', unit: 'percentunit', description: 'Share of the processes that can use it.' },
          'avg(health_export_part_ready{part="database"})',
          { orange: 1, red: 0.5, isFloor: true },
        ),
        figureOf(
          { title: 'Redis', unit: 'percentunit', description: 'Share of the processes that can use it.' },
          'avg(health_export_part_ready{part="redis"})',
          { orange: 1, red: 0.5, isFloor: true },
        ),
        figureOf(
          {
            title: 'Unaccounted samples',
            unit: 'short',
            description: 'Received less stored, updated, unchanged and rejected: 0, always.',
          },
          'sum(health_export_ingest_samples_unaccounted)',
          { orange: 1, red: 1 },
        ),
        figureOf({ title: 'Parked ingestions', unit: 'short' }, 'max(health_export_ingestions_parked)', {
          orange: 1,
          red: 10,
        }),
      ],
    },
    {
      title: 'Promises',
      panels: [
        figureOf(
          { title: 'Ingest, p95', unit: 's', description: 'Promised: under 0.2 s. Goal: under 0.05 s.' },
          quantile(0.95, 'http_request_duration_seconds', ingested),
          { orange: 0.05, red: 0.2 },
        ),
        figureOf(
          { title: 'Questions, p95', unit: 's', description: 'Promised: under 0.05 s. Goal: under 0.01 s.' },
          quantile(0.95, 'http_request_duration_seconds', asked),
          { orange: 0.01, red: 0.05 },
        ),
        figureOf(
          { title: '/health, p99', unit: 's', description: 'Promised: under 0.01 s.' },
          quantile(0.99, 'http_request_duration_seconds', '{route="/health"}'),
          { orange: 0.01, red: 0.01 },
        ),
        figureOf(
          { title: '/ready, p99', unit: 's', description: 'Promised: under 0.05 s.' },
          quantile(0.99, 'http_request_duration_seconds', '{route="/ready"}'),
          { orange: 0.05, red: 0.05 },
        ),
        figureOf(
          { title: '10,000 samples, p95', unit: 's', description: 'Promised: under 5 s. Goal: under 0.06 s.' },
          quantile(0.95, 'ingest_batch_10k_seconds'),
          { orange: 0.06, red: 5 },
        ),
        figureOf(
          {
            title: 'Readable after, p95',
            unit: 's',
            description: 'From the receipt of a payload to the moment its samples can be read.',
          },
          quantile(0.95, 'ingest_freshness_seconds'),
        ),
        figureOf(
          {
            title: 'Pool efficiency',
            unit: 'percentunit',
            description: 'Borrows that found a connection free. Promised: over 80 %. Goal: over 90 %.',
          },
          'avg(health_export_database_pool_efficiency_ratio)',
          { orange: 0.9, red: 0.8, isFloor: true },
        ),
        figureOf(
          { title: 'Cache hits', unit: 'percentunit', description: 'Promised: over 70 %. Goal: over 95 %.' },
          `${hits} / (${hits} + ${misses} > 0)`,
          { orange: 0.95, red: 0.7, isFloor: true },
        ),
        figureOf(
          { title: 'Redis, p99', unit: 's', description: 'Promised: under 0.005 s. Goal: under 0.001 s.' },
          quantile(0.99, 'cache_operation_seconds'),
          { orange: 0.001, red: 0.005 },
        ),
        figureOf(
          {
            title: 'Memory per request',
            unit: 'bytes',
            description: 'Promised: under 10 MiB. Goal: under 256 KiB for a sync of 60 samples.',
          },
          'avg(health_export_request_memory_bytes)',
          { orange: 262_144, red: 10_485_760 },
        ),
        figureOf(
          {
            title: 'CPU per request',
            unit: 's',
            description: 'Promised: under 0.1 s. Goal: under 0.001 s for a sync of 60 samples.',
          },
          'avg(health_export_request_cpu_seconds)',
          { orange: 0.001, red: 0.1 },
        ),
        figureOf(
          { title: 'Silent automations', unit: 'short', description: 'They sent regularly and are overdue by far.' },
          'max(health_export_silent_automations)',
          { orange: 1, red: 1 },
        ),
      ],
    },
    {
      title: 'Error budgets',
      panels: [
        graphOf(
          {
            title: 'Burn rate, 1 h',
            unit: 'short',
            description: '1: exactly as many bad requests as there may be. From 14.4 somebody is called.',
          },
          [['slo:health_export_burn_rate:1h', '{{slo}}']],
          { limits: { orange: 1, red: 14.4 } },
        ),
        graphOf(
          { title: 'Burn rate, 6 h', unit: 'short', description: 'From 6 somebody is called.' },
          [['slo:health_export_burn_rate:6h', '{{slo}}']],
          { limits: { orange: 1, red: 6 } },
        ),
        graphOf({ title: 'Good requests, 1 h', unit: 'percentunit' }, [
          ['1 - slo:health_export_burn_rate:1h * slo:health_export_budget:ratio', '{{slo}}'],
        ]),
        graphOf(
          { title: 'Answers by status', unit: 'reqps' },
          [[rate('http_request_duration_seconds_count', 'status'), '{{status}}']],
          { kind: 'stacked lines' },
        ),
        graphOf({ title: 'Refused for their number', unit: 'reqps' }, [
          [rate('requests_refused_total', 'reason'), '{{reason}}'],
        ]),
        graphOf(
          { title: 'Burn rate, 3 d', unit: 'short', description: 'Above 1 the promise of a month will not be kept.' },
          [['slo:health_export_burn_rate:3d', '{{slo}}']],
          { limits: { orange: 1, red: 3 } },
        ),
        tableOf({ title: 'Alerts', unit: 'short' }, 'ALERTS'),
      ],
    },
  ],
});
