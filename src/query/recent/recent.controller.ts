import { Controller, Get, Query, UseInterceptors } from '@nestjs/common';
import { z } from 'zod';
import { DescribeRoute } from '../../common/describe-route.decorator';
import { CurrentIdentity } from '../../identity/current-identity.decorator';
import type { Identity } from '../../identity/identity';
import { RequireScope } from '../../identity/route-access.decorator';
import { recentAnswer } from '../answers/day-answers';
import { ConditionalAnswerInterceptor } from '../request/conditional-answer.interceptor';
import { PrivateAnswerInterceptor } from '../request/private-answer.interceptor';
import { ZodQueryPipe } from '../request/zod-query.pipe';
import { type RecentAnswer, RecentService } from './recent.service';

/** `/v1/recent`: the newest of everything. */
@Controller('v1/recent')
@UseInterceptors(PrivateAnswerInterceptor, ConditionalAnswerInterceptor)
export class RecentController {
  constructor(private readonly recent: RecentService) {}

  /** The newest sample of each metric, night, workout, ECG and event of each kind. */
  @Get()
  @DescribeRoute({ summary: 'The newest of everything', answer: recentAnswer })
  @RequireScope('read')
  getRecent(
    @CurrentIdentity() identity: Identity,
    @Query(new ZodQueryPipe(z.object({}))) _query: object,
  ): Promise<RecentAnswer> {
    return this.recent.read(identity);
  }
}
