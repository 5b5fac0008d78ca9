import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EMPTY, lastValueFrom, type Observable, of } from 'rxjs';
import { CacheService } from '../../cache/cache.service';
import { answerTag } from '../../cache/cache-keys';
import { DataVersions } from '../../cache/data-versions.service';
import { localDay } from '../../catalogue/zone-offset';
import { isHistory } from '../../database/data-version';
import { CachedAs } from './cached-as.decorator';

/** Whether a header `If-None-Match` (RFC 9110, 13.1.2) names a tag; weak and strong ones are alike to it. */
function names(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  const opaque = (text: string): string => text.trim().replace(/^W\//, '');
  return header.trim() === '*' || header.split(',').some((one) => opaque(one) === opaque(tag));
}

/**
 * Makes no answer that is known already: 304 to a client that has it, else the one that is kept, else the handler's, which
 * is kept. What it is known by is made of the version of the user's data, which every write raises in its own transaction,
 * of the question, of what day it is for the user, and of this build.
 *
 * ORDER: the version is read before the data, so that an answer may be newer than its name and never older. For answers
 * that depend on the user's data and on nothing else.
 */
@Injectable()
export class KnownAnswerInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly versions: DataVersions,
    private readonly cache: CacheService,
  ) {}

  /** Sets tag and caching of the answer, and gives the one that is known instead of asking the handler. */
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const { identity: reader, url } = request;
    // For what the handler refuses.
    void reply.header('cache-control', 'private, no-store');
    if (reader === null) return next.handle();
    const known = await this.versions.read(reader.userId);
    const nowMs = Date.now();
    const asked = this.reflector.get(CachedAs, context.getHandler())?.(request.query as Record<string, unknown>);
    const isOld = asked?.endMs != null && isHistory(asked.endMs, nowMs);
    const version = isOld ? `h${known.history}` : `d${known.data}`;
    const tag = answerTag(reader, version, localDay(nowMs, reader.timeZone), url);
    const etag = `W/"${tag}"`;
    // To be asked about each time, and kept by nobody but the one who asked.
    void reply.header('etag', etag).header('cache-control', 'private, no-cache').header('vary', 'Authorization');
    if (names(request.headers['if-none-match'], etag)) {
      void reply.status(304).send();
      return EMPTY;
    }
    if (asked == null) return next.handle();
    const address = { kind: isOld ? 'history' : asked.kind, reader, url, version, tag } as const;
    const text = await this.cache.getOrLoad(address, known.redisBudgetMs, () => lastValueFrom(next.handle()));
    void reply.header('content-type', 'application/json; charset=utf-8');
    return of(text);
  }
}
