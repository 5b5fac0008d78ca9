import { makeDashboard } from './dashboard';
import { graphOf, mean, quantile, rate } from './prometheus-panels';

const taken = '{route="/v1/ingest", status="200"}';
const latency = 'http_request_duration_seconds';

/** What becomes of what phones send. */
export const ingest = makeDashboard({
  uid: 'health-export-ingest',
  title: 'Health Export · Ingest',
  description: 'What phones send, what becomes of it, and how long it takes.',
  datasource: 'prometheus',
  from: 'now-6h',
  timezone: 'browser',
  rows: [
    {
      title: 'Samples',
      panels: [
        graphOf(
          { title: 'Samples by outcome', unit: 'short', description: 'In a second.' },
          [[rate('ingest_samples_accounted_total', 'outcome'), '{{outcome}}']],
          { kind: 'stacked lines' },
        ),
        graphOf(
          { title: 'Rejected samples by reason', unit: 'short', description: 'In a second.' },
          [[rate('ingest_samples_rejected_total', 'reason'), '{{reason}}']],
          { kind: 'stacked lines' },
        ),
        graphOf(
          { title: 'Received less accounted', unit: 'short', description: 'Must be 0.' },
          [['health_export_ingest_samples_unaccounted', '{{instance}}']],
          { limits: { orange: 1, red: 1 } },
        ),
      ],
    },
    {
      title: 'Payloads',
      panels: [
        graphOf(
          { title: 'Answers by status', unit: 'reqps' },
          [[rate(`${latency}_count`, 'status', '{route="/v1/ingest"}'), '{{status}}']],
          { kind: 'stacked lines' },
        ),
        graphOf(
          {
            title: 'Time of small payloads',
            unit: 's',
            description: 'From the headers to the answer, so with the time that the phone takes to send.',
          },
          [0.5, 0.95, 0.99].map((q) => [quantile(q, latency, taken), `p${q * 100}`] as const),
          { limits: { orange: 0.05, red: 0.2 } },
        ),
        graphOf({ title: 'Size of bodies', unit: 'bytes' }, [
          [quantile(0.5, 'http_request_body_bytes', '{route="/v1/ingest"}'), 'p50'],
          [quantile(0.95, 'http_request_body_bytes', '{route="/v1/ingest"}'), 'p95'],
        ]),
        graphOf(
          {
            title: 'Readable after',
            unit: 's',
            description: 'From the receipt of a payload to the moment its samples can be read.',
          },
          [0.5, 0.95].map((q) => [quantile(q, 'ingest_freshness_seconds'), `p${q * 100}`] as const),
        ),
        graphOf(
          { title: 'Time of 10,000 samples', unit: 's', description: 'Scaled from payloads of at least 1,000.' },
          [0.5, 0.95].map((q) => [quantile(q, 'ingest_batch_10k_seconds'), `p${q * 100}`] as const),
        ),
        graphOf({ title: 'Under way', unit: 'short' }, [['sum(health_export_ingest_payloads_under_way)', 'payloads']]),
      ],
    },
    {
      title: 'Work after the reply',
      panels: [
        graphOf(
          { title: 'Open work', unit: 'short' },
          [['max by (state) (health_export_ingestion_work_open)', '{{state}}']],
          { kind: 'stacked lines' },
        ),
        graphOf(
          { title: 'Age of the oldest', unit: 's' },
          [['max(health_export_ingestion_work_oldest_seconds)', 'oldest']],
          { limits: { orange: 900, red: 7200 } },
        ),
        graphOf({ title: 'Parked', unit: 'short' }, [
          ['max(health_export_ingestions_parked)', 'parked now'],
          ['sum by (code) (health_export_ingestions_parked_total)', 'since the start: {{code}}'],
        ]),
        graphOf({ title: 'Attempts by outcome', unit: 'short', description: 'In a second.' }, [
          [rate('ingestion_work_seconds_count', 'outcome'), '{{outcome}}'],
        ]),
        graphOf({ title: 'Time of an attempt', unit: 's' }, [
          [mean('ingestion_work_seconds', 'outcome'), '{{outcome}}'],
        ]),
        graphOf({ title: 'Rows of a statement', unit: 'short', description: 'As it is tuned.' }, [
          ['health_export_ingest_chunk_rows', '{{instance}}'],
        ]),
      ],
    },
    {
      title: 'Too much, and too little',
      panels: [
        graphOf({ title: 'Refused', unit: 'reqps' }, [[rate('requests_refused_total', 'reason'), '{{reason}}']]),
        graphOf({ title: 'Refusing now', unit: 'short', description: '1 while requests of this kind are refused.' }, [
          ['max by (kind) (health_export_overload)', '{{kind}}'],
        ]),
        graphOf(
          { title: 'Silent automations', unit: 'short', description: 'They sent regularly and are overdue by far.' },
          [['max(health_export_silent_automations)', 'automations']],
          { limits: { orange: 1, red: 1 } },
        ),
      ],
    },
  ],
});
