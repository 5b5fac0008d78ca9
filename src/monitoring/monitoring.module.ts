import { Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { BodySizes, bodySizeProviders } from './body-sizes';
import { DrainState } from './drain-state';
import { EventLoopDelay } from './event-loop-delay';
import { FiguresRegistry } from './figures-registry';
import { HealthController } from './health.controller';
import { LastMinute } from './last-minute';
import { Measuring } from './measuring';
import { MemoryFigures } from './memory-figures';
import { MetricNames, metricPrefix } from './metric-names';
import { MetricsController } from './metrics.controller';
import { MonitoringService } from './monitoring.service';
import { ProcessMetrics } from './process-metrics';
import { ReadinessFigures } from './readiness-figures';
import { ReadinessRegistry } from './readiness-registry';
import { ResponseTimeInterceptor } from './response-time.interceptor';
import { ResponseTimes, responseTimesProvider } from './response-times';
import { StatementSampler, statementProviders } from './statement-sampler';
import { TRACING } from './tracing/tracing';
import { tracingProvider } from './tracing/tracing.provider';

/**
 * What the service tells about itself: `/metrics`, `/health`, `/ready`. It knows no other module; they bring what is to
 * be told.
 *
 * - A counter or histogram is a provider of the module that counts, and is injected by its name. The prefix is added
 *   here, also for modules that do not import this one; no two modules may declare the same name.
 *
 *       providers: [makeCounterProvider({ name: 'samples_total', help: '…', labelNames: ['outcome'] })]
 *       constructor(@InjectMetric('samples_total') private readonly samples: Counter<'outcome'>) {}
 *
 * - A figure that can be read at any time: `MonitoringService.registerGauge`.
 * - How a counter moved within the last minute: `LastMinute.follow`. What has to be looked up: `PeriodicLookup`.
 * - A part that readiness depends on: `ReadinessRegistry.register`.
 * - Figures from which the optimizer judges the process: `FiguresRegistry.register`.
 */
@Module({
  imports: [
    PrometheusModule.register({
      global: true,
      path: '/metrics',
      controller: MetricsController,
      customMetricPrefix: metricPrefix,
      // They are begun once it is known whether anything is measured.
      defaultMetrics: { enabled: false },
    }),
    // The registry logs changes; Terminus would log every failed request.
    TerminusModule.forRoot({ logger: false }),
  ],
  controllers: [HealthController],
  providers: [
    BodySizes,
    DrainState,
    EventLoopDelay,
    FiguresRegistry,
    LastMinute,
    Measuring,
    MemoryFigures,
    MetricNames,
    MonitoringService,
    ProcessMetrics,
    ReadinessFigures,
    ReadinessRegistry,
    ResponseTimes,
    StatementSampler,
    responseTimesProvider,
    tracingProvider,
    ...bodySizeProviders,
    ...statementProviders,
    { provide: APP_INTERCEPTOR, useClass: ResponseTimeInterceptor },
  ],
  exports: [
    DrainState,
    FiguresRegistry,
    LastMinute,
    Measuring,
    MonitoringService,
    ReadinessRegistry,
    StatementSampler,
    TRACING,
  ],
})
export class MonitoringModule {}
