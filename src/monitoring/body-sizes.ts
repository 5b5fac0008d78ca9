import { Injectable } from '@nestjs/common';
import { InjectMetric, makeHistogramProvider } from '@willsoto/nestjs-prometheus';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Histogram } from 'prom-client';

const requestName = 'http_request_body_bytes';
const responseName = 'http_response_body_bytes';

/** Upper limits of buckets, in bytes: a sync is some 10 kB, what is stored before its reply at most 4 MiB. */
const buckets = [1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

/** The histograms of sizes. */
export const bodySizeProviders = [
  makeHistogramProvider({
    name: requestName,
    help: 'Bytes of bodies that arrived whole, as sent; of those whose headers tell their length.',
    labelNames: ['route'],
    buckets,
  }),
  makeHistogramProvider({
    name: responseName,
    help: 'Bytes of the bodies of answers, as sent; what is streamed with its headers and frames.',
    labelNames: ['route'],
    buckets,
  }),
];

/** Records how large bodies are, in and out. */
@Injectable()
export class BodySizes {
  constructor(
    @InjectMetric(requestName) private readonly received: Histogram<'route'>,
    @InjectMetric(responseName) private readonly sent: Histogram<'route'>,
  ) {}

  /** Records an exchange that is over; `bytesBefore` is what its connection had sent when it began. */
  record(request: FastifyRequest, reply: FastifyReply, route: string, bytesBefore: number): void {
    const receivedBytes = Number(request.headers['content-length'] ?? 0);
    if (receivedBytes > 0 && request.raw.complete) this.received.observe({ route }, receivedBytes);
    // The length is that of a body that HEAD does not get.
    if (request.method === 'HEAD' || !reply.raw.writableFinished) return;
    const length = reply.getHeader('content-length');
    const sentBytes = length === undefined ? request.raw.socket.bytesWritten - bytesBefore : Number(length);
    // A request that came without a socket has no count.
    if (sentBytes >= 0) this.sent.observe({ route }, sentBytes);
  }
}
