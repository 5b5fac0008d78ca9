import { Controller, Get, Query, UseInterceptors } from '@nestjs/common';
import { z } from 'zod';
import { DescribeRoute } from '../../common/describe-route.decorator';
import { CurrentIdentity } from '../../identity/current-identity.decorator';
import type { Identity } from '../../identity/identity';
import { RequireScope } from '../../identity/route-access.decorator';
import { eventsAnswer } from '../answers/thing-answers';
import { PageReader } from '../paging/page-reader.service';
import { PrivateAnswerInterceptor } from '../request/private-answer.interceptor';
import { choiceParameter, rangeParameters, thingPageParameters } from '../request/query-fields';
import { ZodQueryPipe } from '../request/zod-query.pipe';
import { eventKinds, eventTable, type HealthEvent } from './event-table';

const eventsQuery = z.object({
  kind: choiceParameter(eventKinds).optional(),
  ...rangeParameters,
  ...thingPageParameters,
});

/** `/v1/events`: what happened to a person and is no reading. */
@Controller('v1/events')
@UseInterceptors(PrivateAnswerInterceptor)
export class EventsController {
  constructor(private readonly pages: PageReader) {}

  /** One page of events, of all kinds or of one; the range is about their start. */
  @Get()
  @DescribeRoute({
    summary: 'Symptoms, cycle tracking, states of mind, medications, heart-rate notifications',
    query: eventsQuery,
    answer: eventsAnswer,
  })
  @RequireScope('read')
  async getEvents(
    @CurrentIdentity() identity: Identity,
    @Query(new ZodQueryPipe(eventsQuery)) query: z.infer<typeof eventsQuery>,
  ): Promise<{ events: readonly HealthEvent[]; nextCursor: string | null }> {
    const { items, nextCursor } = await this.pages.read(identity, eventTable, query, { kind: query.kind });
    return { events: items, nextCursor };
  }
}
