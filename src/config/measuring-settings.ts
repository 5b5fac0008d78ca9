import { choiceSetting, urlSetting } from './define-setting';

/** How the service measures itself; a part of the settings. */
export const measuringSettings = {
  measure: choiceSetting('MEASURE', 'on', {
    choices: ['on', 'off'],
    description: 'Whether anything is counted and timed; `off` is there for the benchmark of what that costs.',
  }),
  otelExporterOtlpEndpoint: urlSetting('OTEL_EXPORTER_OTLP_ENDPOINT', {
    schemes: ['http', 'https'],
    secret: true,
    description: 'Where traces are sent to by OTLP over HTTP, as `http://127.0.0.1:4318`. Absent: there are none.',
  }),
} as const;
