import { Controller, HttpCode, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DescribeRoute } from '../../common/describe-route.decorator';
import { CurrentIdentity } from '../../identity/current-identity.decorator';
import type { Identity } from '../../identity/identity';
import { RequireScope } from '../../identity/route-access.decorator';
import { replayAnswer } from '../ingest-answer';
import { type ReplayReply, ReplayService, replayRetryAfterS } from './replay.service';

/** Having ingestions written again: by whoever may send them, since sending the same again would do as much. */
@Controller('v1/ingestions')
export class ReplayController {
  constructor(private readonly service: ReplayService) {}

  /** Has an ingestion of the key's user read and written again; see {@link ReplayService.replay}. */
  @Post(':id/replay')
  @DescribeRoute({
    summary: 'Have an ingestion read and written again',
    description:
      'It is over when `isUnderWay` of `GET /v1/ingestions/{id}` is false; then `finishedAt` is new, and `errorCode` tells ' +
      'whether it could be read. Until then a stored one stays `stored` with the account of before, and a parked one is ' +
      '`received`.',
    pathExamples: { id: '01a20b51-37fe-729a-b49f-8f26658b8f81' },
    status: 202,
    answer: replayAnswer,
  })
  @HttpCode(202)
  @RequireScope('ingest:write')
  async replay(
    @CurrentIdentity() { userId }: Identity,
    @Param('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReplayReply> {
    const answer = await this.service.replay(userId, id);
    void reply.header('retry-after', replayRetryAfterS).header('location', answer.statusUrl);
    return answer;
  }
}
