import { type CallHandler, type ExecutionContext, Inject, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { lastValueFrom, type Observable, of } from 'rxjs';
import { CacheService } from '../../cache/cache.service';
import { TRACING, type Tracing } from '../../monitoring/tracing/tracing';

/** Gives the answer that is kept where {@link KnownAnswersHook} said, else the handler's, which is kept from now on. */
@Injectable()
export class KeptAnswerInterceptor implements NestInterceptor {
  constructor(
    private readonly cache: CacheService,
    @Inject(TRACING) private readonly tracing: Tracing,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const { unknownAnswer } = context.switchToHttp().getRequest<FastifyRequest>();
    if (unknownAnswer === null) return next.handle();
    const { address, redisBudgetMs } = unknownAnswer;
    const make = () => this.tracing.span('read', {}, () => lastValueFrom(next.handle()));
    const text = await this.tracing.span('cache', { kind: address.kind }, () =>
      this.cache.getOrLoad(address, redisBudgetMs, make),
    );
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    void reply.header('content-type', 'application/json; charset=utf-8');
    return of(text);
  }
}
