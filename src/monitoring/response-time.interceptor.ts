import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Observable } from 'rxjs';
import { Measuring } from './measuring';
import { routeOf } from './request-labels';
import { ResponseTimes } from './response-times';
import { StatementSampler } from './statement-sampler';

/** Has every request that reaches a handler recorded, whatever becomes of it, and in samples its statements counted. */
@Injectable()
export class ResponseTimeInterceptor implements NestInterceptor {
  constructor(
    private readonly measuring: Measuring,
    private readonly responseTimes: ResponseTimes,
    private readonly sampler: StatementSampler,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (!this.measuring.isOn) return next.handle();
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    this.responseTimes.recordWhenDone(request, reply);
    if (!this.sampler.isSampling) return next.handle();
    return new Observable((subscriber) =>
      this.sampler.follow(request.method, routeOf(request), (done) => {
        reply.raw.once('close', done);
        // The handler runs when it is subscribed to.
        return next.handle().subscribe(subscriber);
      }),
    );
  }
}
