import { NotFoundException } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { Problem } from '../common/problem';
import type { AuthenticationService } from './authentication.service';
import { checkAccess } from './check-access';
import { announcesBody, closeAfterReply } from './close-after-reply';
import { allowBody, answerContinueAfterAuthentication } from './continue-after-authentication';

function assertAccessIsDeclared({ method, url, config }: RouteOptions): void {
  if (config?.access === undefined) {
    throw new Error(`${method} ${url} says neither @Public() nor @RequireScope(): nobody could call it`);
  }
}

async function admit(service: AuthenticationService, request: FastifyRequest): Promise<void> {
  if (request.is404) throw new NotFoundException(`There is no ${request.method} here.`);
  const { access } = request.routeOptions.config;
  if (access !== 'public') request.identity = await service.authenticate(request.headers);
  checkAccess(access, request.identity);
}

function refuse(request: FastifyRequest, reply: FastifyReply, reason: unknown): void {
  if (reason instanceof Problem && reason.status === 401) reply.header('www-authenticate', 'Bearer');
  if (announcesBody(request)) closeAfterReply(request, reply);
}

/**
 * Authenticates every request to `fastify` before its body is read. Call it before the routes are added: a route
 * without @Public() or @RequireScope() is then an error at start.
 *
 * Sets `request.identity`. A refusal (401, 403, 404, 503) is thrown for the error handler to write; it carries
 * `WWW-Authenticate: Bearer` with 401, and `Connection: close` when a body follows that nobody will read.
 * ORDER: `Expect: 100-continue` is answered last, after the key and its scope were found good.
 */
export function registerAuthentication(fastify: FastifyInstance, service: AuthenticationService): void {
  fastify.decorateRequest('identity', null);
  fastify.addHook('onRoute', assertAccessIsDeclared);
  fastify.addHook('onRequest', async (request, reply) => {
    try {
      await admit(service, request);
    } catch (reason) {
      refuse(request, reply, reason);
      throw reason;
    }
    allowBody(request.raw, reply.raw);
  });
  answerContinueAfterAuthentication(fastify.server);
}
