import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { InjectMetric, makeHistogramProvider } from '@willsoto/nestjs-prometheus';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Histogram } from 'prom-client';
import { latencyBucketsS } from './metric-names';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whether its time is recorded when the connection is done with it; a WeakSet of requests is a tenth of the garbage. */
    isTimed: boolean;
  }
}

const metricName = 'http_request_duration_seconds';

/** The histogram of response times. */
export const responseTimesProvider = makeHistogramProvider({
  name: metricName,
  help: 'Time from the headers of a request to the end of its answer, by route template and status.',
  labelNames: ['method', 'route', 'status'],
  buckets: latencyBucketsS,
});

/** Anything else that a client may send is `other`, so that it cannot make new series. */
const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/**
 * Records how long answers take, each request once.
 *
 * What reaches a handler is recorded by the interceptor, when the connection is done with it. What is refused before
 * (no key, no such route) never meets an interceptor and is recorded by a hook.
 */
@Injectable()
export class ResponseTimes implements OnModuleInit {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    @InjectMetric(metricName) private readonly durations: Histogram<'method' | 'route' | 'status'>,
  ) {}

  onModuleInit(): void {
    // The command line has the modules but no server.
    const fastify: FastifyInstance | undefined = this.adapterHost.httpAdapter?.getInstance();
    fastify?.decorateRequest('isTimed', false);
    fastify?.addHook('onResponse', (request, reply, done) => {
      if (!request.isTimed) this.record(request, reply);
      done();
    });
  }

  /** Records this request when its answer has been sent, or as `aborted` when its client is gone before. */
  recordWhenDone(request: FastifyRequest, reply: FastifyReply): void {
    request.isTimed = true;
    reply.raw.once('close', () => this.record(request, reply));
  }

  private record(request: FastifyRequest, reply: FastifyReply): void {
    const method = methods.has(request.method) ? request.method : 'other';
    const route = request.routeOptions.url ?? 'unmatched';
    const status = reply.raw.writableFinished ? String(reply.raw.statusCode) : 'aborted';
    this.durations.observe({ method, route, status }, reply.elapsedTime / 1000);
  }
}
