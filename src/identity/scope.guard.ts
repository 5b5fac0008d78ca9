import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { checkAccess } from './check-access';

/**
 * The second line behind the authentication hook: checks again what the hook has found, so that a route that the hook
 * did not see stays closed. Does no work of its own.
 */
@Injectable()
export class ScopeGuard implements CanActivate {
  /** True, or throws the Problem of {@link checkAccess}. */
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { access, orLocal } = request.routeOptions.config;
    if (orLocal !== true || request.isLocal !== true) checkAccess(access, request.identity ?? null);
    return true;
  }
}
