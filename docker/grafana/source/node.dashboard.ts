import { makeDashboard } from './dashboard';
import { graphOf, quantile, rate, step } from './prometheus-panels';

/** How each process is. */
export const node = makeDashboard({
  uid: 'health-export-node',
  title: 'Health Export · Node',
  description: 'Processor, memory, event loop and requests of each process.',
  datasource: 'prometheus',
  from: 'now-6h',
  timezone: 'browser',
  rows: [
    {
      title: 'Event loop',
      panels: [
        graphOf(
          { title: 'Delay', unit: 's', description: 'How late the event loop takes up what is due.' },
          [['health_export_event_loop_delay_seconds', '{{instance}} {{quantile}}']],
          { limits: { orange: 0.05, red: 0.2 } },
        ),
        graphOf({ title: 'Utilisation', unit: 'percentunit' }, [
          ['health_export_event_loop_utilization_ratio', '{{instance}}'],
        ]),
        graphOf({ title: 'Processor', unit: 'percentunit', description: '100 % is one core.' }, [
          [`rate(health_export_process_cpu_seconds_total[${step}])`, '{{instance}}'],
        ]),
      ],
    },
    {
      title: 'Memory',
      panels: [
        graphOf({ title: 'Memory', unit: 'bytes' }, [
          ['health_export_process_resident_memory_bytes', '{{instance}} resident'],
          ['health_export_nodejs_heap_size_used_bytes', '{{instance}} heap'],
          ['health_export_nodejs_external_memory_bytes', '{{instance}} external'],
        ]),
        graphOf({ title: 'Time collecting garbage', unit: 'percentunit' }, [
          [
            `sum by (instance, kind) (rate(health_export_nodejs_gc_duration_seconds_sum[${step}]))`,
            '{{instance}} {{kind}}',
          ],
        ]),
        graphOf(
          { title: 'Heap by space', unit: 'bytes' },
          [['sum by (space) (health_export_nodejs_heap_space_size_used_bytes)', '{{space}}']],
          { kind: 'stacked lines' },
        ),
      ],
    },
    {
      title: 'Requests',
      panels: [
        graphOf({ title: 'Requests by route', unit: 'reqps' }, [
          [rate('http_request_duration_seconds_count', 'route'), '{{route}}'],
        ]),
        graphOf({ title: 'Time by route, p95', unit: 's' }, [
          [quantile(0.95, 'http_request_duration_seconds', '', 'route'), '{{route}}'],
        ]),
        graphOf({ title: 'Size of answers, p95', unit: 'bytes' }, [
          [quantile(0.95, 'http_response_body_bytes', '', 'route'), '{{route}}'],
        ]),
        graphOf(
          {
            title: 'Processor time of a request',
            unit: 's',
            description: 'All that the process used, divided by its requests.',
          },
          [['health_export_request_cpu_seconds', '{{instance}}']],
          { limits: { orange: 0.001, red: 0.1 } },
        ),
        graphOf(
          { title: 'Memory of a request', unit: 'bytes', description: 'Growth of the heap, divided by the requests.' },
          [['health_export_request_memory_bytes', '{{instance}}']],
          { limits: { orange: 262_144, red: 10_485_760 } },
        ),
        graphOf({ title: 'Open handles and files', unit: 'short' }, [
          ['sum by (instance) (health_export_nodejs_active_resources)', '{{instance}} handles'],
          ['health_export_process_open_fds', '{{instance}} files'],
        ]),
      ],
    },
  ],
});
