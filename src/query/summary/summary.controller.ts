import { Controller, Get, type OnModuleInit, Query, UseInterceptors } from '@nestjs/common';
import { z } from 'zod';
import { CacheLoaders } from '../../cache/cache-loaders';
import type { Reader } from '../../cache/cached-answer';
import { DescribeRoute } from '../../common/describe-route.decorator';
import { CurrentIdentity } from '../../identity/current-identity.decorator';
import { RequireScope } from '../../identity/route-access.decorator';
import { summaryAnswer } from '../answers/day-answers';
import { cachedAs, endOfDays } from '../request/cached-as';
import { dayParameters, readDays } from '../request/day-range';
import { KeptAnswerInterceptor } from '../request/kept-answer.interceptor';
import { ZodQueryPipe } from '../request/zod-query.pipe';
import { type DaySummary, maxSummaryDays, SummaryService } from './summary.service';

const summaryQuery = z.object(dayParameters);
const summaryPipe = new ZodQueryPipe(summaryQuery);

/** `/v1/summary`: days at a glance, each the local day of the samples' own offsets. */
@Controller('v1/summary')
@UseInterceptors(KeptAnswerInterceptor)
export class SummaryController implements OnModuleInit {
  constructor(
    private readonly summaries: SummaryService,
    private readonly loaders: CacheLoaders,
  ) {}

  onModuleInit(): void {
    this.loaders.register('summary', (reader, query) => this.getSummary(reader, summaryPipe.transform(query)));
  }

  /** One day by `date` (without anything: today), or `days` by `from` and `to`; see {@link readDays}. */
  @Get()
  @DescribeRoute({ summary: 'Days at a glance', query: summaryQuery, answer: summaryAnswer })
  @RequireScope(
    'read',
    cachedAs((query) => ({ kind: 'summary', endMs: endOfDays(query) })),
  )
  async getSummary(
    @CurrentIdentity() reader: Reader,
    @Query(summaryPipe) query: z.infer<typeof summaryQuery>,
  ): Promise<DaySummary | { days: readonly DaySummary[] }> {
    const days = await this.summaries.read(reader, readDays(query, reader.timeZone, maxSummaryDays));
    const isRange = query.from !== undefined || query.to !== undefined;
    return isRange ? { days } : (days[0] as DaySummary);
  }
}
