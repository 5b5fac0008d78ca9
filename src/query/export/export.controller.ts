import { Controller, Get, Headers, Query, Req, Res, StreamableFile } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { DescribeRoute } from '../../common/describe-route.decorator';
import { CurrentIdentity } from '../../identity/current-identity.decorator';
import type { Identity } from '../../identity/identity';
import { RequireScope } from '../../identity/route-access.decorator';
import { acceptsEncoding } from '../request/accepts-encoding';
import { readRange } from '../request/instant-range';
import { ZodQueryPipe } from '../request/zod-query.pipe';
import { ExportService } from './export.service';
import { exportQuery } from './export-request';

/** `/v1/export`: everything of the key's user as one file. */
@Controller('v1/export')
export class ExportController {
  constructor(private readonly exports: ExportService) {}

  /**
   * The file, as it is made; see {@link ExportService.start}. The trailer `X-Export-Rows` says how many rows it has, and
   * an answer that was broken off has no end by HTTP's own rules, so that no client takes it for complete.
   */
  @Get()
  @DescribeRoute({
    summary: 'Everything as one file',
    description:
      'The trailer X-Export-Rows says how many rows were written. An answer without its end is not complete.',
    query: exportQuery,
    answer: {
      mediaTypes: [
        'application/x-ndjson',
        'text/csv',
        'application/zip',
        'application/fhir+ndjson',
        'application/fhir+json',
      ],
      description: 'The file, as it is made.',
    },
  })
  @RequireScope('export')
  async getExport(
    @CurrentIdentity() identity: Identity,
    @Query(new ZodQueryPipe(exportQuery)) query: z.infer<typeof exportQuery>,
    @Headers('accept-encoding') acceptEncoding: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile | undefined> {
    const { userId, timeZone } = identity;
    const { format, families } = query;
    const range = readRange(query, timeZone);
    void reply.header('cache-control', 'no-store').header('vary', 'Accept-Encoding');
    // To make a whole export in order to throw it away helps nobody.
    if (request.method === 'HEAD') return undefined;
    const acceptsGzip = acceptsEncoding(acceptEncoding, 'gzip');
    const file = await this.exports.start(identity, { userId, format, families, range }, acceptsGzip);
    if (file.contentEncoding !== undefined) void reply.header('content-encoding', file.contentEncoding);
    void reply.header('trailer', 'X-Export-Rows');
    // ORDER: before Fastify listens to the same event and ends the answer; its own way to send a trailer comes too late
    // for a stream.
    file.bytes.once('end', () => reply.raw.addTrailers({ 'X-Export-Rows': String(file.account.rows) }));
    const date = new Date().toISOString().slice(0, 10);
    return new StreamableFile(file.bytes, {
      type: file.contentType,
      disposition: `attachment; filename="health-export-${date}.${file.extension}"`,
    });
  }
}
