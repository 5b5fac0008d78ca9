import { Controller, Get, Headers, Param, Query, Res, StreamableFile, UseInterceptors } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { DescribeRoute } from '../../common/describe-route.decorator';
import { DatabaseService } from '../../database/database.service';
import { CurrentIdentity } from '../../identity/current-identity.decorator';
import type { Identity } from '../../identity/identity';
import { RequireScope } from '../../identity/route-access.decorator';
import { ingestionAnswer, ingestionsAnswer } from '../answers/ingestion-answers';
import { PageReader } from '../paging/page-reader.service';
import { PrivateAnswerInterceptor } from '../request/private-answer.interceptor';
import { choiceParameter, rangeParameters, thingPageParameters } from '../request/query-fields';
import { ThingIdPipe } from '../request/thing-id.pipe';
import { ZodQueryPipe } from '../request/zod-query.pipe';
import { findIngestion, type IngestionAnswer } from './find-ingestion';
import { type IngestionSummary, ingestionStatuses, ingestionTable } from './ingestion-table';
import { RawBodyService } from './raw-body.service';

const ingestionsQuery = z.object({
  status: choiceParameter(ingestionStatuses).optional(),
  ...rangeParameters,
  ...thingPageParameters,
  order: choiceParameter(['asc', 'desc']).default('desc'),
});

/** `/v1/ingestions`: what arrived, what became of it, and the bytes themselves. */
@Controller('v1/ingestions')
@UseInterceptors(PrivateAnswerInterceptor)
export class IngestionsController {
  constructor(
    private readonly pages: PageReader,
    private readonly database: DatabaseService,
    private readonly rawBodies: RawBodyService,
  ) {}

  /** One page of ingestions, newest first; the range is about their receipt. */
  @Get()
  @DescribeRoute({ summary: 'What was sent, newest first', query: ingestionsQuery, answer: ingestionsAnswer })
  @RequireScope('read')
  async getIngestions(
    @CurrentIdentity() identity: Identity,
    @Query(new ZodQueryPipe(ingestionsQuery)) query: z.infer<typeof ingestionsQuery>,
  ): Promise<{ ingestions: readonly IngestionSummary[]; nextCursor: string | null }> {
    const { items, nextCursor } = await this.pages.read(identity, ingestionTable, query, { status: query.status });
    return { ingestions: items, nextCursor };
  }

  /** One ingestion with its whole account. */
  @Get(':id')
  @DescribeRoute({
    summary: 'What became of one payload',
    pathExamples: { id: '01a20b51-37fe-729a-b49f-8f26658b8f81' },
    answer: ingestionAnswer,
  })
  @RequireScope('read')
  getIngestion(
    @CurrentIdentity() { userId }: Identity,
    @Param('id', ThingIdPipe) id: string,
  ): Promise<IngestionAnswer> {
    return this.database.inReadOnlyTransaction([userId], (tx) => findIngestion(tx, userId, id));
  }

  /** The verbatim bytes of an ingestion; see {@link RawBodyService.open}. */
  @Get(':id/raw')
  @DescribeRoute({
    summary: 'The very bytes that were sent',
    pathExamples: { id: '01a20b51-37fe-729a-b49f-8f26658b8f81' },
    answer: { mediaTypes: ['application/json'], description: 'The bytes, with the content type they came with.' },
  })
  @RequireScope('read')
  async getRawBody(
    @CurrentIdentity() { userId }: Identity,
    @Param('id', ThingIdPipe) id: string,
    @Headers('accept-encoding') acceptEncoding: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const body = await this.rawBodies.open(userId, id, acceptEncoding);
    void reply.header('vary', 'Accept-Encoding').header('etag', body.etag);
    if (body.encoding !== 'identity') void reply.header('content-encoding', body.encoding);
    return new StreamableFile(body.bytes, { type: body.contentType, length: body.contentLength });
  }
}
