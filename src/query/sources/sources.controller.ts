import { Controller, Get, Put, Query, Req, UseInterceptors } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { DescribeRoute } from '../../common/describe-route.decorator';
import { readJson } from '../../common/read-json-body';
import { CurrentIdentity } from '../../identity/current-identity.decorator';
import type { Identity } from '../../identity/identity';
import { RequireScope } from '../../identity/route-access.decorator';
import { sourcesAnswer } from '../answers/day-answers';
import { PrivateAnswerInterceptor } from '../request/private-answer.interceptor';
import { ZodQueryPipe } from '../request/zod-query.pipe';
import { readPriority } from './source-priority';
import { type SourcesAnswer, SourcesService } from './sources.service';

/** `/v1/sources`: the devices and apps that samples came from, and which is preferred. */
@Controller('v1/sources')
@UseInterceptors(PrivateAnswerInterceptor)
export class SourcesController {
  constructor(private readonly sources: SourcesService) {}

  /** The sources and their order of preference. */
  @Get()
  @DescribeRoute({ summary: 'Devices and apps, and which is preferred', answer: sourcesAnswer })
  @RequireScope('read')
  getSources(
    @CurrentIdentity() identity: Identity,
    @Query(new ZodQueryPipe(z.object({}))) _query: object,
  ): Promise<SourcesAnswer> {
    return this.sources.read(identity);
  }

  /**
   * Replaces the order of preference, and answers as {@link getSources} does. It changes how data is read and no data, so
   * whoever may read may do it.
   */
  @Put()
  @DescribeRoute({
    summary: 'Say which sources are preferred, the best first',
    bodyExample: { priority: ['Watch', 'iPhone'] },
    answer: sourcesAnswer,
  })
  @RequireScope('read')
  async putSources(@CurrentIdentity() identity: Identity, @Req() request: FastifyRequest): Promise<SourcesAnswer> {
    await this.sources.write(identity, readPriority(await readJson(request.raw)));
    return this.sources.read(identity);
  }
}
