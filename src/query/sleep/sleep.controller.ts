import { Controller, Get, Query, UseInterceptors } from '@nestjs/common';
import { z } from 'zod';
import { DescribeRoute } from '../../common/describe-route.decorator';
import { CurrentIdentity } from '../../identity/current-identity.decorator';
import type { Identity } from '../../identity/identity';
import { RequireScope } from '../../identity/route-access.decorator';
import { nightsAnswer, segmentsAnswer } from '../answers/thing-answers';
import { PageReader } from '../paging/page-reader.service';
import { PrivateAnswerInterceptor } from '../request/private-answer.interceptor';
import { rangeParameters, samplePageParameters, thingPageParameters } from '../request/query-fields';
import { ZodQueryPipe } from '../request/zod-query.pipe';
import { type Night, nightTable } from './night-table';
import { type SleepSegment, segmentTable } from './segment-table';

const nightsQuery = z.object({ ...rangeParameters, ...thingPageParameters });
const segmentsQuery = z.object({ ...rangeParameters, ...samplePageParameters });

/** `/v1/sleep`: nights as the phone added them up, and the stages that they are made of. */
@Controller('v1/sleep')
@UseInterceptors(PrivateAnswerInterceptor)
export class SleepController {
  constructor(private readonly pages: PageReader) {}

  /** One page of nights and naps; the range is about the instant of waking up. */
  @Get()
  @DescribeRoute({ summary: 'Nights and naps', query: nightsQuery, answer: nightsAnswer })
  @RequireScope('read')
  async getNights(
    @CurrentIdentity() identity: Identity,
    @Query(new ZodQueryPipe(nightsQuery)) query: z.infer<typeof nightsQuery>,
  ): Promise<{ nights: readonly Night[]; nextCursor: string | null }> {
    const { items, nextCursor } = await this.pages.read(identity, nightTable, query);
    return { nights: items, nextCursor };
  }

  /** One page of segments; the range is about their start. */
  @Get('segments')
  @DescribeRoute({ summary: 'The stages of nights', query: segmentsQuery, answer: segmentsAnswer })
  @RequireScope('read')
  async getSegments(
    @CurrentIdentity() identity: Identity,
    @Query(new ZodQueryPipe(segmentsQuery)) query: z.infer<typeof segmentsQuery>,
  ): Promise<{ segments: readonly SleepSegment[]; nextCursor: string | null }> {
    const { items, nextCursor } = await this.pages.read(identity, segmentTable, query);
    return { segments: items, nextCursor };
  }
}
