import { NotFoundException } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { Problem } from '../common/problem';
import { writeProblem } from '../common/write-problem';
import type { AuthenticationService } from './authentication.service';
import { checkAccess } from './check-access';
import { announcesBody, closeAfterReply, isDiscardable } from './close-after-reply';
import { allowBody, answerContinueAfterAuthentication } from './continue-after-authentication';
import type { RequestCheck } from './request-check';

function assertAccessIsDeclared({ method, url, config }: RouteOptions): void {
  if (config?.access === undefined) {
    throw new Error(`${method} ${url} says neither @Public() nor @RequireScope(): nobody could call it`);
  }
}

async function admit(service: AuthenticationService, request: FastifyRequest): Promise<void> {
  if (request.is404) throw new NotFoundException(`There is no ${request.method} here.`);
  const { access, orLocal } = request.routeOptions.config;
  request.isLocal = orLocal === true && service.admitsLocally(request);
  if (request.isLocal) return;
  if (access !== 'public') request.identity = await service.authenticate(request.headers);
  checkAccess(access, request.identity);
}

function refuse(request: FastifyRequest, reply: FastifyReply, reason: unknown): void {
  if (reason instanceof Problem && reason.status === 401) reply.header('www-authenticate', 'Bearer');
  if (announcesBody(request)) closeAfterReply(request, reply);
}

async function findRefusal(
  checks: readonly RequestCheck[],
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Problem | null> {
  for (const check of checks) {
    const problem = await check(request, reply);
    if (problem !== null) return problem;
  }
  return null;
}

/**
 * Authenticates every request to `fastify` before its body is read. Call it before the routes are added: a route
 * without @Public() or @RequireScope() is then an error at start.
 *
 * `checks` look, in their order, at what has a good key. What one of them refuses is answered here and now, past all
 * layers of the application; a short body that has been announced is thrown away and the connection kept, because a new
 * connection costs more than that.
 *
 * Sets `request.identity`. A refusal (401, 403, 404, 503) is thrown for the error handler to write; it carries
 * `WWW-Authenticate: Bearer` with 401, and `Connection: close` when a body follows that nobody will read.
 * ORDER: `Expect: 100-continue` is answered last, after the key and its scope were found good and no check refused.
 */
export function registerAuthentication(
  fastify: FastifyInstance,
  service: AuthenticationService,
  checks: readonly RequestCheck[] = [],
): void {
  fastify.decorateRequest('identity', null);
  fastify.decorateRequest('isLocal', false);
  fastify.addHook('onRoute', assertAccessIsDeclared);
  fastify.addHook('onRequest', async (request, reply) => {
    try {
      await admit(service, request);
    } catch (reason) {
      refuse(request, reply, reason);
      throw reason;
    }
    const refusal = request.identity === null ? null : await findRefusal(checks, request, reply);
    if (refusal !== null) {
      if (announcesBody(request) && !isDiscardable(request)) closeAfterReply(request, reply);
      writeProblem(refusal, request, reply);
      return reply;
    }
    allowBody(request.raw, reply.raw);
    return undefined;
  });
  answerContinueAfterAuthentication(fastify.server);
}
