import { Controller, Get, Param, Query, UseInterceptors } from '@nestjs/common';
import { z } from 'zod';
import { DescribeRoute } from '../../common/describe-route.decorator';
import { CurrentIdentity } from '../../identity/current-identity.decorator';
import type { Identity } from '../../identity/identity';
import { RequireScope } from '../../identity/route-access.decorator';
import { metricListAnswer, samplesAnswer } from '../answers/sample-answers';
import { PrivateAnswerInterceptor } from '../request/private-answer.interceptor';
import { ZodQueryPipe } from '../request/zod-query.pipe';
import { MetricListService, type MetricSummary } from './metric-list.service';
import { type SamplesAnswer, SamplesService, samplesQuery } from './samples.service';

/** `/v1/metrics`: what there is, and the samples of one metric. */
@Controller('v1/metrics')
@UseInterceptors(PrivateAnswerInterceptor)
export class MetricsController {
  constructor(
    private readonly list: MetricListService,
    private readonly samples: SamplesService,
  ) {}

  /** Which metrics the user has: unit, count, first, last. */
  @Get()
  @DescribeRoute({ summary: 'Which metrics there are', answer: metricListAnswer })
  @RequireScope('read')
  async getMetrics(
    @CurrentIdentity() { userId }: Identity,
    @Query(new ZodQueryPipe(z.object({}))) _query: object,
  ): Promise<{ metrics: readonly MetricSummary[] }> {
    return { metrics: await this.list.read(userId) };
  }

  /** One page of the samples of a metric; see {@link SamplesService.read}. */
  @Get(':name')
  @DescribeRoute({
    summary: 'The samples of one metric',
    query: samplesQuery,
    pathExamples: { name: 'heart_rate' },
    answer: samplesAnswer,
  })
  @RequireScope('read')
  getSamples(
    @CurrentIdentity() identity: Identity,
    @Param('name') name: string,
    @Query(new ZodQueryPipe(samplesQuery)) query: z.infer<typeof samplesQuery>,
  ): Promise<SamplesAnswer> {
    return this.samples.read(identity, name, query);
  }
}
