import type { FactoryProvider } from '@nestjs/common';
import type { Settings } from '../../config/settings';
import { SETTINGS } from '../../config/settings.token';
import { noTracing, TRACING, type Tracing } from './tracing';

/** The tracing that the settings ask for; its packages are not even loaded when that is none. */
export const tracingProvider: FactoryProvider<Tracing> = {
  provide: TRACING,
  inject: [SETTINGS],
  useFactory: async ({ otelExporterOtlpEndpoint }: Settings) => {
    if (otelExporterOtlpEndpoint === undefined) return noTracing;
    const { OtlpTracing } = await import('./otlp-tracing.js');
    return new OtlpTracing(otelExporterOtlpEndpoint);
  },
};
