import { randomUUID } from 'node:crypto';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import pino from 'pino';
import { AppModule } from './app.module';
import { Problem } from './common/problem';
import { writeProblem } from './common/write-problem';
import { compressAnswers } from './compress-answers';
import type { Settings } from './config/settings';
import type { Connections } from './config/settings.token';
import { registerAuthentication } from './identity/authentication.hook';
import { AuthenticationService } from './identity/authentication.service';
import { ingestHeadersCheck } from './ingest/ingest-headers.check';
import { DrainState } from './monitoring/drain-state';
import { logRequests } from './monitoring/log-requests';
import { createLoggingOptions } from './monitoring/logging.options';
import { ModuleLogger } from './monitoring/module-logger';
import { traceRequests } from './monitoring/tracing/trace-requests';
import { TRACING } from './monitoring/tracing/tracing';
import { ApiDocument } from './openapi/api-document.service';
import { OverloadService } from './overload/overload.service';
import { overloadCheck } from './overload/overload-check';
import { RateLimiter } from './overload/rate-limiter.service';
import { refuseConnection } from './refuse-connection';

/** Headers beyond this are refused (431); the app's are under 1 KiB. */
const maxHeaderBytes = 16 * 1024;

/** How often Node looks for headers and requests that are overdue; its own 30 s would make 40 of a time-out of 10. */
const connectionsCheckMs = 1000;

/** An address that the router cannot read never reaches the application's filter. */
function refuseAddress(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const status = error.statusCode ?? 400;
  const [code, detail] =
    status === 414 ? ['url_too_long', 'The address is too long.'] : ['url_malformed', 'The address is malformed.'];
  writeProblem(new Problem(status, code, detail), request, reply);
}

/**
 * Makes the application, ready to listen. The HTTP server refuses before it reads: first by headers, then by the key,
 * then by what
 * the process can do, and only then a route sees the body.
 *
 * Errors: rejects when a part cannot be reached or a module is not wired.
 */
export async function createApp(settings: Settings, connections: Connections): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    genReqId: () => randomUUID(),
    requestTimeout: settings.requestTimeoutMs,
    keepAliveTimeout: settings.keepAliveTimeoutMs,
    http: {
      headersTimeout: settings.headersTimeoutMs,
      maxHeaderSize: maxHeaderBytes,
      connectionsCheckingInterval: connectionsCheckMs,
    },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { maxParamLength: 500 },
    frameworkErrors: refuseAddress,
    clientErrorHandler: refuseConnection,
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.register(settings, connections), adapter, {
    // Until the service's own logger takes over, Nest only tells what is wrong: its list of modules helps nobody.
    logger: ['fatal', 'error', 'warn'],
    bodyParser: false,
    abortOnError: false,
  });
  const fastify = adapter.getInstance();
  // No body is parsed before its route asks for it: the ingest route reads the stream itself.
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_request, _body, done) => done(null));
  traceRequests(fastify, app.get(TRACING));
  // ORDER: what the key may not send at all (413, 415), then what it sends too much of (429), then what nobody may now.
  registerAuthentication(fastify, app.get(AuthenticationService), [
    ingestHeadersCheck(settings),
    overloadCheck(app.get(RateLimiter), app.get(OverloadService)),
  ]);
  // Beyond a thousand headers Node would drop the rest without a word, the key among them; their size is bounded above.
  fastify.server.maxHeadersCount = 0;
  const draining = app.get(DrainState);
  fastify.addHook('onSend', (request, reply, _payload, done) => {
    // A client that keeps its connection would otherwise keep a stopping process alive.
    if (draining.isDraining) void reply.header('connection', 'close');
    void reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');
    done();
  });
  await compressAnswers(app);
  const logger = pino(createLoggingOptions(settings));
  logRequests(fastify, logger);
  await app.init();
  if (settings.role !== 'worker') app.get(ApiDocument).build(app);
  app.useLogger(new ModuleLogger(logger));
  return app;
}
