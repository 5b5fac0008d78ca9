import { createHash } from 'node:crypto';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EMPTY, type Observable } from 'rxjs';
import { zoneOffsetMinutes } from '../../catalogue/zone-offset';
import { readVersion } from '../../common/read-version';
import { DatabaseService } from '../../database/database.service';

const versionSql = 'SELECT data_version::text FROM users WHERE id = $1';

/** Whether a header `If-None-Match` (RFC 9110, 13.1.2) names a tag; weak and strong ones are alike to it. */
function names(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  const opaque = (text: string): string => text.trim().replace(/^W\//, '');
  return header.trim() === '*' || header.split(',').some((one) => opaque(one) === opaque(tag));
}

/**
 * Answers 304 to a client that has the answer already. The tag is made of the version of the user's data, which every
 * write raises in its own transaction, of the question, of what day it is for the user, and of this build.
 *
 * ORDER: the version is read before the data, so that a tag may be older than its answer and never newer. For answers that
 * depend on the user's data and on nothing else.
 */
@Injectable()
export class ConditionalAnswerInterceptor implements NestInterceptor {
  constructor(private readonly database: DatabaseService) {}

  /** Sets tag and caching of the answer; instead of asking the handler, it ends a request whose answer is known. */
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    if (request.identity === null) return next.handle();
    const { userId, timeZone } = request.identity;
    const version = await this.database.inReadOnlyTransaction([userId], async (tx) => {
      const [row] = await tx.query<{ data_version: string }>(versionSql, [userId]);
      return row?.data_version ?? '0';
    });
    const nowMs = Date.now();
    const today = Math.floor((nowMs / 60_000 + zoneOffsetMinutes(nowMs, timeZone, 'instant')) / 1440);
    const parts = [readVersion(), userId, timeZone, version, today, request.url];
    const tag = `W/"${createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22)}"`;
    // To be asked about each time, and kept by nobody but the one who asked.
    void reply.header('etag', tag).header('cache-control', 'private, no-cache').header('vary', 'Authorization');
    if (!names(request.headers['if-none-match'], tag)) return next.handle();
    void reply.status(304).send();
    return EMPTY;
  }
}
