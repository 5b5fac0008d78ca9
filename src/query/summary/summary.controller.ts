import { Controller, Get, Query, UseInterceptors } from '@nestjs/common';
import { z } from 'zod';
import { DescribeRoute } from '../../common/describe-route.decorator';
import { CurrentIdentity } from '../../identity/current-identity.decorator';
import type { Identity } from '../../identity/identity';
import { RequireScope } from '../../identity/route-access.decorator';
import { summaryAnswer } from '../answers/day-answers';
import { ConditionalAnswerInterceptor } from '../request/conditional-answer.interceptor';
import { dayParameters, readDays } from '../request/day-range';
import { PrivateAnswerInterceptor } from '../request/private-answer.interceptor';
import { ZodQueryPipe } from '../request/zod-query.pipe';
import { type DaySummary, maxSummaryDays, SummaryService } from './summary.service';

const summaryQuery = z.object(dayParameters);

/** `/v1/summary`: days at a glance, each the local day of the samples' own offsets. */
@Controller('v1/summary')
@UseInterceptors(PrivateAnswerInterceptor, ConditionalAnswerInterceptor)
export class SummaryController {
  constructor(private readonly summaries: SummaryService) {}

  /** One day by `date` (without anything: today), or `days` by `from` and `to`; see {@link readDays}. */
  @Get()
  @DescribeRoute({ summary: 'Days at a glance', query: summaryQuery, answer: summaryAnswer })
  @RequireScope('read')
  async getSummary(
    @CurrentIdentity() identity: Identity,
    @Query(new ZodQueryPipe(summaryQuery)) query: z.infer<typeof summaryQuery>,
  ): Promise<DaySummary | { days: readonly DaySummary[] }> {
    const days = await this.summaries.read(identity, readDays(query, identity.timeZone, maxSummaryDays));
    const isRange = query.from !== undefined || query.to !== undefined;
    return isRange ? { days } : (days[0] as DaySummary);
  }
}
