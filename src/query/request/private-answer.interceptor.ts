import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Observable } from 'rxjs';

/** Keeps answers with personal data out of every cache on the way and in the browser. */
@Injectable()
export class PrivateAnswerInterceptor implements NestInterceptor {
  /** Sets the header before the handler runs, so that answers which it refuses carry it too. */
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    context.switchToHttp().getResponse<FastifyReply>().header('cache-control', 'private, no-store');
    return next.handle();
  }
}
