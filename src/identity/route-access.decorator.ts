import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiSecurity } from '@nestjs/swagger';
import type { FastifyContextConfig } from 'fastify';
import type { Scope } from './scope';

/** Who may call a route: anybody, or a key with this scope. */
export type RouteAccess = 'public' | Scope;

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: RouteAccess;
    /**
     * Whether programs on the same machine need no key where STATUS_ACCESS lets them (`local-request.ts`); only for what
     * tells nothing of any person.
     */
    orLocal?: boolean;
  }
}

/** Lets anybody call this handler, without a key. Every handler carries this or {@link RequireScope}. */
export function Public(): MethodDecorator {
  return RouteConfig({ access: 'public' satisfies RouteAccess });
}

/**
 * Lets only keys with `scope` call this handler; others are refused before their body is read. `more` is what else hooks
 * are to know of the route: a handler has one configuration.
 */
export function RequireScope(scope: Scope, more: Omit<FastifyContextConfig, 'access'> = {}): MethodDecorator {
  const config = { ...more, access: scope } satisfies FastifyContextConfig;
  return applyDecorators(RouteConfig(config), ApiSecurity({ key: [scope] }));
}
