import { Controller, Get, Param, Query, UseInterceptors } from '@nestjs/common';
import { z } from 'zod';
import { DescribeRoute } from '../../common/describe-route.decorator';
import { DatabaseService } from '../../database/database.service';
import { CurrentIdentity } from '../../identity/current-identity.decorator';
import type { Identity } from '../../identity/identity';
import { RequireScope } from '../../identity/route-access.decorator';
import { ecgAnswer, ecgListAnswer } from '../answers/thing-answers';
import { PageReader } from '../paging/page-reader.service';
import { PrivateAnswerInterceptor } from '../request/private-answer.interceptor';
import { rangeParameters, thingPageParameters } from '../request/query-fields';
import { ThingIdPipe } from '../request/thing-id.pipe';
import { ZodQueryPipe } from '../request/zod-query.pipe';
import { type EcgSummary, ecgTable } from './ecg-table';
import { type EcgAnswer, findEcg } from './find-ecg';

const recordingsQuery = z.object({ ...rangeParameters, ...thingPageParameters });

/** `/v1/ecg`: electrocardiograms, and one of them with its voltages. */
@Controller('v1/ecg')
@UseInterceptors(PrivateAnswerInterceptor)
export class EcgController {
  constructor(
    private readonly pages: PageReader,
    private readonly database: DatabaseService,
  ) {}

  /** One page of electrocardiograms; the range is about their start. */
  @Get()
  @DescribeRoute({ summary: 'Electrocardiograms', query: recordingsQuery, answer: ecgListAnswer })
  @RequireScope('read')
  async getRecordings(
    @CurrentIdentity() identity: Identity,
    @Query(new ZodQueryPipe(recordingsQuery)) query: z.infer<typeof recordingsQuery>,
  ): Promise<{ ecg: readonly EcgSummary[]; nextCursor: string | null }> {
    const { items, nextCursor } = await this.pages.read(identity, ecgTable, query);
    return { ecg: items, nextCursor };
  }

  /** One electrocardiogram with its voltages. */
  @Get(':id')
  @DescribeRoute({
    summary: 'One electrocardiogram with its voltages',
    pathExamples: { id: '0a1b2c3d-0000-4000-8000-000000000003' },
    answer: ecgAnswer,
  })
  @RequireScope('read')
  getRecording(@CurrentIdentity() { userId }: Identity, @Param('id', ThingIdPipe) id: string): Promise<EcgAnswer> {
    return this.database.inReadOnlyTransaction([userId], (tx) => findEcg(tx, userId, id));
  }
}
