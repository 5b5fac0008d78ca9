import { Controller, Get, Query, UseInterceptors } from '@nestjs/common';
import { z } from 'zod';
import { DescribeRoute } from '../../common/describe-route.decorator';
import { DatabaseService } from '../../database/database.service';
import { CurrentIdentity } from '../../identity/current-identity.decorator';
import type { Identity } from '../../identity/identity';
import { RequireScope } from '../../identity/route-access.decorator';
import { sleepDaysAnswer } from '../answers/day-answers';
import { nightsAnswer, segmentsAnswer } from '../answers/thing-answers';
import { PageReader } from '../paging/page-reader.service';
import { cachedAs, endOfDays } from '../request/cached-as';
import { dayParameters, readDays } from '../request/day-range';
import { KeptAnswerInterceptor } from '../request/kept-answer.interceptor';
import { PrivateAnswerInterceptor } from '../request/private-answer.interceptor';
import { choiceParameter, rangeParameters, samplePageParameters, thingPageParameters } from '../request/query-fields';
import { ZodQueryPipe } from '../request/zod-query.pipe';
import { type Night, nightTable } from './night-table';
import { type SleepSegment, segmentTable } from './segment-table';
import { type SleepDayAnswer, SleepDays } from './sleep-days.service';

const nightsQuery = z.object({ ...rangeParameters, ...thingPageParameters });
const segmentsQuery = z.object({ ...rangeParameters, ...samplePageParameters });

const daysQuery = z.object({ ...dayParameters, stages: choiceParameter(['yes', 'no']).default('no') });

/** Most days of one answer: a quarter of a year. */
const maxSleepDays = 92;

/** `/v1/sleep`: nights as the phone added them up, the stages that they are made of, and
 * the one account of each day that they come to. */
@Controller('v1/sleep')
@UseInterceptors(PrivateAnswerInterceptor)
export class SleepController {
  constructor(
    private readonly pages: PageReader,
    private readonly database: DatabaseService,
    private readonly days: SleepDays,
  ) {}

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

  /** The sleep of each day of a range, by the day of waking up; see {@link SleepDays.read}. */
  @Get('days')
  @DescribeRoute({ summary: 'The sleep of each day', query: daysQuery, answer: sleepDaysAnswer })
  @UseInterceptors(KeptAnswerInterceptor)
  @RequireScope(
    'read',
    cachedAs((query) => ({ kind: 'sleep', endMs: endOfDays(query) })),
  )
  async getDays(
    @CurrentIdentity() { userId, timeZone }: Identity,
    @Query(new ZodQueryPipe(daysQuery)) query: z.infer<typeof daysQuery>,
  ): Promise<{ days: readonly SleepDayAnswer[] }> {
    const range = { ...readDays(query, timeZone, maxSleepDays), withStages: query.stages === 'yes' };
    return { days: await this.database.inReadOnlyTransaction([userId], (tx) => this.days.read(tx, userId, range)) };
  }
}
