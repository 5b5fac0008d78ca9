import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CacheService } from '../../cache/cache.service';
import type { AnswerAddress } from '../../cache/cached-answer';
import { DataVersions } from '../../cache/data-versions.service';
import { nameAnswer } from '../../cache/name-answer';
import { TRACING, type Tracing } from '../../monitoring/tracing/tracing';

declare module 'fastify' {
  interface FastifyRequest {
    /** Where the answer is to be kept that the handler makes; null for one that is not kept. */
    unknownAnswer: { readonly address: AnswerAddress; readonly redisBudgetMs: number } | null;
  }
}

/** Whether a header `If-None-Match` (RFC 9110, 13.1.2) names a tag; weak and strong ones are alike to it. */
function names(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  const opaque = (text: string): string => text.trim().replace(/^W\//, '');
  return header.trim() === '*' || header.split(',').some((one) => opaque(one) === opaque(tag));
}

/**
 * Gives what is known already: 304 to a client that has the answer, else the one that this process remembers; past all
 * layers of Nest, which take longer than that. For everything else it says where the answer is to be kept.
 *
 * What an answer is known by is made of the version of the user's data, which every write raises in its own transaction,
 * of the question, of what day it is for the user, and of this build.
 *
 * ORDER: the version is read before the data, so that an answer may be newer than its name and never older. For answers
 * that depend on the user's data and on nothing else.
 */
@Injectable()
export class KnownAnswersHook implements OnModuleInit {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly versions: DataVersions,
    private readonly cache: CacheService,
    @Inject(TRACING) private readonly tracing: Tracing,
  ) {}

  onModuleInit(): void {
    // The command line has the modules but no server.
    const fastify: FastifyInstance | undefined = this.adapterHost.httpAdapter?.getInstance();
    fastify?.decorateRequest('unknownAnswer', null);
    // ORDER: after the key, its scope and its number of requests were looked at, which onRequest does.
    fastify?.addHook('preHandler', (request, reply) => this.answer(request, reply));
  }

  private async answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    const { identity: reader, url } = request;
    const { cachedAs } = request.routeOptions.config;
    if (cachedAs === undefined || reader === null) return undefined;
    const known = await this.versions.read(reader.userId);
    const asked = cachedAs(request.query as Record<string, unknown>);
    const { isOld, version, tag } = nameAnswer(reader, url, known, asked?.endMs ?? null);
    const etag = `W/"${tag}"`;
    // To be asked about each time, and kept by nobody but the one who asked.
    void reply.header('etag', etag).header('cache-control', 'private, no-cache').header('vary', 'Authorization');
    if (names(request.headers['if-none-match'], etag)) return reply.status(304).send();
    if (asked === null) return undefined;
    const { userId, timeZone } = reader;
    const kind = isOld ? 'history' : asked.kind;
    const address: AnswerAddress = { kind, reader: { userId, timeZone }, url, version, tag };
    const text = await this.tracing.span('cache', { kind }, () => this.cache.recall(address));
    if (text !== undefined) {
      return reply.header('content-type', 'application/json; charset=utf-8').send(text);
    }
    request.unknownAnswer = { address, redisBudgetMs: known.redisBudgetMs };
    return undefined;
  }
}
