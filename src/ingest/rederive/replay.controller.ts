import { Controller, HttpCode, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { CurrentIdentity } from '../../identity/current-identity.decorator';
import type { Identity } from '../../identity/identity';
import { RequireScope } from '../../identity/route-access.decorator';
import { type ReplayReply, ReplayService, replayRetryAfterS } from './replay.service';

/** Having ingestions written again: by whoever may send them, since sending the same again would do as much. */
@Controller('v1/ingestions')
export class ReplayController {
  constructor(private readonly service: ReplayService) {}

  /** Has an ingestion of the key's user read and written again; see {@link ReplayService.replay}. */
  @Post(':id/replay')
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
