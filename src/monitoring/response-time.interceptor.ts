import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { ResponseTimes } from './response-times';

/** Has every request that reaches a handler recorded, whatever becomes of it. */
@Injectable()
export class ResponseTimeInterceptor implements NestInterceptor {
  constructor(private readonly responseTimes: ResponseTimes) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    this.responseTimes.recordWhenDone(http.getRequest(), http.getResponse());
    return next.handle();
  }
}
