import { Controller, Get, type OnModuleInit, Query, UseInterceptors } from '@nestjs/common';
import { z } from 'zod';
import { CacheLoaders } from '../../cache/cache-loaders';
import type { Reader } from '../../cache/cached-answer';
import { DescribeRoute } from '../../common/describe-route.decorator';
import { CurrentIdentity } from '../../identity/current-identity.decorator';
import { RequireScope } from '../../identity/route-access.decorator';
import { seriesAnswer } from '../answers/day-answers';
import { cachedAs, endOfBuckets } from '../request/cached-as';
import { KeptAnswerInterceptor } from '../request/kept-answer.interceptor';
import { choiceParameter, parameter } from '../request/query-fields';
import { ZodQueryPipe } from '../request/zod-query.pipe';
import { bucketParameters } from './bucket-parameters';
import { BucketReader, type BucketSeries } from './bucket-reader.service';
import { bucketUnits } from './calendar';

/** Most metrics at once: what a page of a dashboard shows. */
const maxMetrics = 20;
/** Longest name taken; names that a phone sent are at most 200 characters long. */
const maxNameLength = 200;

const expects = `1 to ${maxMetrics} names of metrics with commas between them`;

function readNames(text: string): string[] | undefined {
  const names = [...new Set(text.split(',').map((name) => name.trim()))];
  const isFine = names.length <= maxMetrics && names.every((name) => name !== '' && name.length <= maxNameLength);
  return isFine ? names : undefined;
}

const seriesQuery = z.object({
  metrics: parameter(expects, readNames, { examples: ['heart_rate,step_count'] }),
  bucket: choiceParameter(bucketUnits).default('day'),
  ...bucketParameters,
});
const seriesPipe = new ZodQueryPipe(seriesQuery);

/** Several metrics side by side. */
interface SeriesAnswer {
  readonly bucket: string;
  readonly tz: string;
  readonly series: readonly BucketSeries[];
  readonly nextCursor: string | null;
}

/** `/v1/series`: buckets of several metrics in one answer, for dashboards. */
@Controller('v1/series')
@UseInterceptors(KeptAnswerInterceptor)
export class SeriesController implements OnModuleInit {
  constructor(
    private readonly buckets: BucketReader,
    private readonly loaders: CacheLoaders,
  ) {}

  onModuleInit(): void {
    this.loaders.register('series', (reader, query) => this.getSeries(reader, seriesPipe.transform(query)));
  }

  /** One page of buckets of each metric; see {@link BucketReader.read}. */
  @Get()
  @DescribeRoute({ summary: 'Several metrics side by side', query: seriesQuery, answer: seriesAnswer })
  @RequireScope(
    'read',
    cachedAs((query) => ({ kind: 'series', endMs: endOfBuckets(query) })),
  )
  async getSeries(
    @CurrentIdentity() reader: Reader,
    @Query(seriesPipe) query: z.infer<typeof seriesQuery>,
  ): Promise<SeriesAnswer> {
    const { series, nextCursor } = await this.buckets.read(reader, query.metrics, query);
    return { bucket: query.bucket, tz: query.tz, series, nextCursor };
  }
}
