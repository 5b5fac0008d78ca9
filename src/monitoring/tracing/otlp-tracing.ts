import { AsyncLocalStorage } from 'node:async_hooks';
import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import {
  type Attributes,
  type Context,
  defaultTextMapGetter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanExporter,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../../common/problem';
import { readVersion } from '../../common/read-version';
import { withDeadline } from '../../common/with-deadline';
import { methodOf, routeOf } from '../request-labels';
import type { SpanAttributes, SpanName, Tracing } from './tracing';

/** Longest time that the end of the process waits for the last traces to be delivered. */
const shutdownMs = 2000;

/** An error is told by its kind: its message may hold what nobody else may know. */
function kindOf(error: unknown): string {
  if (error instanceof Problem) return error.code;
  return error instanceof Error ? error.constructor.name : 'unknown';
}

/**
 * Sends traces by OTLP over HTTP. This file is only loaded when somebody wants them: what is under way is kept in an
 * AsyncLocalStorage, which costs every promise of the process, and the packages have a size.
 *
 * Nothing here is global: neither OpenTelemetry's registry nor any library that looks for it is touched.
 */
export class OtlpTracing implements Tracing, OnApplicationShutdown {
  private readonly logger = new Logger('Tracing');
  private readonly contexts = new AsyncLocalStorage<Context>();
  private readonly propagator = new W3CTraceContextPropagator();
  private readonly provider: TracerProvider;
  private readonly tracer: Tracer;
  private isFailing = false;

  /** `endpoint` is the collector's address, without the path of the signal. */
  constructor(endpoint: string) {
    const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces` });
    this.provider = new TracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'health-export', 'service.version': readVersion() }),
      sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
      spanProcessors: [new BatchSpanProcessor({ exporter: this.watched(exporter) })],
    });
    this.tracer = this.provider.getTracer('health-export');
  }

  async span<T>(name: SpanName, attributes: SpanAttributes, work: () => Promise<T>): Promise<T> {
    const parent = this.contexts.getStore() ?? ROOT_CONTEXT;
    const span = this.tracer.startSpan(name, { attributes: { ...attributes } }, parent);
    try {
      return await this.contexts.run(trace.setSpan(parent, span), work);
    } catch (error) {
      this.fail(span, kindOf(error));
      throw error;
    } finally {
      span.end();
    }
  }

  request(request: FastifyRequest, reply: FastifyReply, next: () => void): void {
    // The state beside it is free text of the client's, and we add nothing that would have to go back to it.
    const { traceparent } = request.headers;
    const parent = this.propagator.extract(ROOT_CONTEXT, { traceparent }, defaultTextMapGetter);
    const method = methodOf(request);
    const route = routeOf(request);
    const attributes: Attributes = {
      'http.request.method': method,
      'http.route': route,
      // Leads to the line of the log; we make it ourselves.
      'health_export.request_id': request.id,
    };
    const span = this.tracer.startSpan(`${method} ${route}`, { kind: SpanKind.SERVER, attributes }, parent);
    reply.raw.once('close', () => {
      const { statusCode, writableFinished } = reply.raw;
      if (writableFinished) span.setAttribute('http.response.status_code', statusCode);
      if (!writableFinished) this.fail(span, 'aborted');
      else if (statusCode >= 500) this.fail(span, String(statusCode));
      span.end();
    });
    this.contexts.run(trace.setSpan(parent, span), next);
  }

  /** Delivers what there still is, unless nobody takes it. */
  async onApplicationShutdown(): Promise<void> {
    await withDeadline(this.provider.shutdown(), shutdownMs).catch(() => undefined);
  }

  private fail(span: Span, kind: string): void {
    span.setAttribute('error.type', kind);
    span.setStatus({ code: SpanStatusCode.ERROR });
  }

  /** Says once that traces cannot be delivered, and once that they can be again. */
  private watched(exporter: SpanExporter): SpanExporter {
    return {
      export: (spans, done) =>
        exporter.export(spans, (result) => {
          const isFailing = result.error !== undefined || result.code !== 0;
          if (isFailing && !this.isFailing) this.logger.warn('traces cannot be delivered; they are thrown away');
          if (!isFailing && this.isFailing) this.logger.log('traces are delivered again');
          this.isFailing = isFailing;
          done(result);
        }),
      shutdown: () => exporter.shutdown(),
      forceFlush: async () => await exporter.forceFlush?.(),
    };
  }
}
