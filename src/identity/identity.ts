import type { Scope } from './scope';

/** Who a request comes from, as its key says; holds nothing secret. */
export interface Identity {
  readonly userId: string;
  readonly userName: string;
  /** The user's IANA zone, for instants that were sent without an offset. */
  readonly timeZone: string;
  readonly keyId: string;
  readonly scopes: readonly Scope[];
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the authentication hook before the body is read; null on public routes. */
    identity: Identity | null;
    /** Set by the authentication hook: there is no key, and the route lets programs on this machine do without. */
    isLocal: boolean;
  }
}
