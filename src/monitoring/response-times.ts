import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { InjectMetric, makeHistogramProvider } from '@willsoto/nestjs-prometheus';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Histogram } from 'prom-client';
import { BodySizes } from './body-sizes';
import { Measuring } from './measuring';
import { latencyBucketsS } from './metric-names';
import { probePaths } from './probe-paths';
import { methodOf, routeOf } from './request-labels';

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

/**
 * Records how long answers take and how large they are, each request once.
 *
 * What reaches a handler is recorded by the interceptor, when the connection is done with it. What is refused before
 * (no key, no such route) never meets an interceptor and is recorded by a hook.
 */
@Injectable()
export class ResponseTimes implements OnModuleInit {
  /** Requests that are over, other than the probes of machines. */
  servedRequests = 0;

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly measuring: Measuring,
    private readonly sizes: BodySizes,
    @InjectMetric(metricName) private readonly durations: Histogram<'method' | 'route' | 'status'>,
  ) {}

  onModuleInit(): void {
    if (!this.measuring.isOn) return;
    // The command line has the modules but no server.
    const fastify: FastifyInstance | undefined = this.adapterHost.httpAdapter?.getInstance();
    fastify?.decorateRequest('isTimed', false);
    fastify?.addHook('onResponse', (request, reply, done) => {
      // What the connection had sent before is not known here: an answer without a length has no size.
      if (!request.isTimed) this.record(request, reply, Number.NaN);
      done();
    });
  }

  /** Records this request when its answer has been sent, or as `aborted` when its client is gone before. */
  recordWhenDone(request: FastifyRequest, reply: FastifyReply): void {
    request.isTimed = true;
    const bytesBefore = request.raw.socket.bytesWritten;
    reply.raw.once('close', () => this.record(request, reply, bytesBefore));
  }

  private record(request: FastifyRequest, reply: FastifyReply, bytesBefore: number): void {
    const method = methodOf(request);
    const route = routeOf(request);
    const status = reply.raw.writableFinished ? String(reply.raw.statusCode) : 'aborted';
    this.durations.observe({ method, route, status }, reply.elapsedTime / 1000);
    this.sizes.record(request, reply, route, bytesBefore);
    if (!probePaths.has(route)) this.servedRequests += 1;
  }
}
