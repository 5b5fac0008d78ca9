import { Controller, HttpCode, Post, Req, Res, StreamableFile } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { DescribeRoute } from '../../common/describe-route.decorator';
import { readJsonBody } from '../../common/read-json-body';
import { announcesBody, closeAfterReply } from '../../identity/close-after-reply';
import { RequireScope } from '../../identity/route-access.decorator';
import { ProfilerService } from './profiler.service';

const profileRequest = z.strictObject({
  kind: z.enum(['cpu', 'heap']),
  seconds: z.int().min(1).default(10),
});

/** `/v1/profiles`: what the process does with its processor and memory, for Chrome's developer tools. */
@Controller('v1/profiles')
export class ProfilesController {
  constructor(private readonly profiler: ProfilerService) {}

  /**
   * Makes a profile (`{"kind":"cpu","seconds":10}` or `{"kind":"heap"}`) and answers with its bytes. A heap snapshot
   * holds whatever is in memory, keys and health values too: keep it as safe as the data itself.
   */
  @Post()
  @DescribeRoute({
    summary: 'A profile of the process, for the developer tools of Chrome',
    bodyExample: { kind: 'cpu', seconds: 1 },
    answer: { mediaTypes: ['application/json'], description: 'A `.cpuprofile` or `.heapsnapshot`.' },
  })
  @HttpCode(200)
  @RequireScope('admin')
  async makeProfile(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    try {
      const asked = await readJsonBody(request.raw, profileRequest);
      const { bytes, extension } = await this.profiler.make(asked, gone.signal);
      // Nobody is left to take it, and it would stand in the way of the next one.
      if (gone.signal.aborted) {
        bytes.destroy();
        return new StreamableFile(Buffer.alloc(0));
      }
      const name = `health-export-${new Date().toISOString().replaceAll(':', '-').slice(0, 19)}.${extension}`;
      void reply.header('cache-control', 'private, no-store');
      return new StreamableFile(bytes, { type: 'application/json', disposition: `attachment; filename="${name}"` });
    } catch (reason) {
      if (announcesBody(request) && !request.raw.complete) closeAfterReply(request, reply);
      throw reason;
    }
  }
}
