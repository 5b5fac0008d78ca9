import type { FastifyInstance } from 'fastify';
import { noTracing, type Tracing } from './tracing';

/** Has all requests traced. ORDER: before any other hook, so that a trace has all of its request. */
export function traceRequests(fastify: FastifyInstance, tracing: Tracing): void {
  if (tracing === noTracing) return;
  fastify.addHook('onRequest', (request, reply, done) => tracing.request(request, reply, done));
}
