import { Controller, Get, type OnModuleInit, Query, UseInterceptors } from '@nestjs/common';
import { z } from 'zod';
import { CacheLoaders } from '../../cache/cache-loaders';
import type { Reader } from '../../cache/cached-answer';
import { DescribeRoute } from '../../common/describe-route.decorator';
import { CurrentIdentity } from '../../identity/current-identity.decorator';
import { RequireScope } from '../../identity/route-access.decorator';
import { recentAnswer } from '../answers/day-answers';
import { cachedAs } from '../request/cached-as';
import { KeptAnswerInterceptor } from '../request/kept-answer.interceptor';
import { ZodQueryPipe } from '../request/zod-query.pipe';
import { type RecentAnswer, RecentService } from './recent.service';

/** `/v1/recent`: the newest of everything. */
@Controller('v1/recent')
@UseInterceptors(KeptAnswerInterceptor)
export class RecentController implements OnModuleInit {
  constructor(
    private readonly recent: RecentService,
    private readonly loaders: CacheLoaders,
  ) {}

  onModuleInit(): void {
    this.loaders.register('recent', (reader) => this.recent.read(reader));
  }

  /** The newest sample of each metric, night, workout, ECG and event of each kind. */
  @Get()
  @DescribeRoute({ summary: 'The newest of everything', answer: recentAnswer })
  @RequireScope(
    'read',
    cachedAs(() => ({ kind: 'recent', endMs: null })),
  )
  getRecent(
    @CurrentIdentity() reader: Reader,
    @Query(new ZodQueryPipe(z.object({}))) _query: object,
  ): Promise<RecentAnswer> {
    return this.recent.read(reader);
  }
}
