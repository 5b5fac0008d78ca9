import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiSecurity } from '@nestjs/swagger';
import type { Scope } from './scope';

/** Who may call a route: anybody, or a key with this scope. */
export type RouteAccess = 'public' | Scope;

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: RouteAccess;
    /** Whether programs on the same machine need no key, see `local-request.ts`. */
    orLocal?: boolean;
  }
}

/** Lets anybody call this handler, without a key. Every handler carries this or {@link RequireScope}. */
export function Public(): MethodDecorator {
  return RouteConfig({ access: 'public' satisfies RouteAccess });
}

/**
 * Lets only keys with `scope` call this handler; others are refused before their body is read. With `orLocal`, for what
 * tells nothing of any person, programs on the same machine need no key where STATUS_ACCESS lets them.
 */
export function RequireScope(scope: Scope, { orLocal = false }: { readonly orLocal?: boolean } = {}): MethodDecorator {
  return applyDecorators(RouteConfig({ access: scope satisfies RouteAccess, orLocal }), ApiSecurity({ key: [scope] }));
}
