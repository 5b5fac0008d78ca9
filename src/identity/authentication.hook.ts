import { NotFoundException } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { Problem } from '../common/problem';
import { writeProblem } from '../common/write-problem';
import type { AuthenticationService } from './authentication.service';
import { checkAccess } from './check-access';
import { announcesBody, closeAfterReply, isDiscardable } from './close-after-reply';
import { allowBody, answerContinueAfterAuthentication } from './continue-after-authentication';
import { KnownAddresses } from './known-addresses';
import type { RequestCheck } from './request-check';

function assertAccessIsDeclared({ method, url, config }: RouteOptions): void {
  if (config?.access === undefined) {
    throw new Error(`${method} ${url} says neither @Public() nor @RequireScope(): nobody could call it`);
  }
}

/** These come with another method or not at all, and ask what is there: where they are not, there is nothing for them. */
const methodsNotRefused: ReadonlySet<string> = new Set(['HEAD', 'OPTIONS']);

/** The refusal of what no route was found for. Sets `Allow` where the address is there for other methods. */
function notFound(known: KnownAddresses, { method, url }: FastifyRequest, reply: FastifyReply): Error {
  const methods = methodsNotRefused.has(method) ? [] : known.methodsAt(url);
  if (methods.length === 0) return new NotFoundException(`There is no ${method} here.`);
  const allowed = methods.join(', ');
  void reply.header('allow', allowed);
  return new Problem(405, 'method_not_allowed', `This address takes ${allowed}.`);
}

async function admit(service: AuthenticationService, request: FastifyRequest): Promise<void> {
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
 * Sets `request.identity`. A refusal (401, 403, 404, 405, 503) is thrown for the error handler to write; it carries
 * `WWW-Authenticate: Bearer` with 401, `Allow` with 405, and `Connection: close` when a body follows that nobody will read.
 * ORDER: `Expect: 100-continue` is answered last, after the key and its scope were found good and no check refused.
 */
export function registerAuthentication(
  fastify: FastifyInstance,
  service: AuthenticationService,
  checks: readonly RequestCheck[] = [],
): void {
  fastify.decorateRequest('identity', null);
  fastify.decorateRequest('isLocal', false);
  const known = new KnownAddresses();
  fastify.addHook('onRoute', (route) => {
    assertAccessIsDeclared(route);
    known.add(route.url, route.method);
  });
  fastify.addHook('onRequest', async (request, reply) => {
    try {
      if (request.is404) throw notFound(known, request, reply);
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
