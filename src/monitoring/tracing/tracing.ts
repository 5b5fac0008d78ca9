import type { FastifyReply, FastifyRequest } from 'fastify';

/** The steps that are traced; a closed set, so that no name of a client's can become one. */
export type SpanName =
  /** Reading a body and making columns of it. */
  | 'parse'
  /** Waiting for a transaction and for its commit. */
  | 'write'
  /** Telling the cache of new data, or asking it for an answer. */
  | 'cache'
  /** Making an answer that the cache has not. */
  | 'read'
  /** One attempt at work that was left for later; begins a trace. */
  | 'work';

/** What is told of a step: counts, sizes and words of closed sets, never a value, a key or a name that a client chose. */
export type SpanAttributes = Readonly<Record<string, string | number>>;

/** Tells how long the steps of requests and jobs take, to somebody outside, if anybody wants to know. */
export interface Tracing {
  /** Runs `work` as a step of whatever is under way, and settles as it does. */
  span<T>(name: SpanName, attributes: SpanAttributes, work: () => Promise<T>): Promise<T>;
  /** Begins the trace of a request, or goes on with its client's; what `next` calls, now or later, belongs to it. */
  request(request: FastifyRequest, reply: FastifyReply, next: () => void): void;
}

/** What there is when nobody wants to know. */
export const noTracing: Tracing = {
  span: (_name, _attributes, work) => work(),
  request: (_request, _reply, next) => next(),
};

/** Injection token of the {@link Tracing} in use. */
export const TRACING = Symbol('TRACING');
