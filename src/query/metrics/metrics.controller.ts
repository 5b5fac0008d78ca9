import { Controller, Get, Param, Query, UseInterceptors } from '@nestjs/common';
import { z } from 'zod';
import { DescribeRoute } from '../../common/describe-route.decorator';
import { CurrentIdentity } from '../../identity/current-identity.decorator';
import type { Identity } from '../../identity/identity';
import { RequireScope } from '../../identity/route-access.decorator';
import { metricAnswer } from '../answers/day-answers';
import { metricListAnswer } from '../answers/sample-answers';
import { BucketReader, type BucketSeries } from '../buckets/bucket-reader.service';
import type { Bucket } from '../buckets/make-buckets';
import { cachedAs, endOfBuckets } from '../request/cached-as';
import { KeptAnswerInterceptor } from '../request/kept-answer.interceptor';
import { ZodQueryPipe } from '../request/zod-query.pipe';
import { MetricListService, type MetricSummary } from './metric-list.service';
import { metricQuery, readMetricQuery } from './metric-query';
import { type SamplesAnswer, SamplesService } from './samples.service';
import type { SeeAlso } from './see-also';

/** One page of a metric's buckets, and what they are. */
interface BucketsAnswer extends SeeAlso {
  readonly metric: string;
  readonly unit: string;
  readonly bucket: string;
  readonly agg: string;
  readonly tz: string;
  readonly buckets: readonly Bucket[];
  readonly nextCursor: string | null;
}

/** `/v1/metrics`: what there is, and the samples or buckets of one metric. */
@Controller('v1/metrics')
@UseInterceptors(KeptAnswerInterceptor)
export class MetricsController {
  constructor(
    private readonly list: MetricListService,
    private readonly samples: SamplesService,
    private readonly buckets: BucketReader,
  ) {}

  /** Which metrics the user has: unit, count, first, last. */
  @Get()
  @DescribeRoute({ summary: 'Which metrics there are', answer: metricListAnswer })
  @RequireScope(
    'read',
    cachedAs(() => ({ kind: 'metrics', endMs: null })),
  )
  async getMetrics(
    @CurrentIdentity() { userId }: Identity,
    @Query(new ZodQueryPipe(z.object({}))) _query: object,
  ): Promise<{ metrics: readonly MetricSummary[] }> {
    return { metrics: await this.list.read(userId) };
  }

  /** One page of the samples of a metric ({@link SamplesService.read}), or of its buckets ({@link BucketReader.read}). */
  @Get(':name')
  @DescribeRoute({
    summary: 'The samples of one metric, or its buckets',
    query: metricQuery,
    pathExamples: { name: 'heart_rate' },
    answer: metricAnswer,
  })
  @RequireScope(
    'read',
    cachedAs((query) =>
      (query['bucket'] ?? 'raw') === 'raw' ? null : { kind: 'buckets', endMs: endOfBuckets(query) },
    ),
  )
  async getMetric(
    @CurrentIdentity() identity: Identity,
    @Param('name') name: string,
    @Query(new ZodQueryPipe(metricQuery)) query: z.infer<typeof metricQuery>,
  ): Promise<SamplesAnswer | BucketsAnswer> {
    const read = readMetricQuery(query);
    if (read.bucket === 'raw') return this.samples.read(identity, name, read);
    const { series, nextCursor } = await this.buckets.read(identity, [name], read, read.unit);
    const [one] = series as [BucketSeries];
    return { bucket: read.bucket, tz: read.tz, ...one, nextCursor };
  }
}
