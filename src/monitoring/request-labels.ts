import type { FastifyRequest } from 'fastify';

/** Anything else that a client may send is `other`, so that it cannot make new series. */
const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** The method of a request; `other` for one that nobody needs. */
export function methodOf({ method }: FastifyRequest): string {
  return methods.has(method) ? method : 'other';
}

/** The template of the route that a request was for; `unmatched` when there is none. */
export function routeOf({ routeOptions }: FastifyRequest): string {
  return routeOptions.url ?? 'unmatched';
}
