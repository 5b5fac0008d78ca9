import { Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DescribeRoute } from '../common/describe-route.decorator';
import { Problem } from '../common/problem';
import type { Settings } from '../config/settings';
import { SETTINGS } from '../config/settings.token';
import { closeAfterReply } from '../identity/close-after-reply';
import { CurrentIdentity } from '../identity/current-identity.decorator';
import type { Identity } from '../identity/identity';
import { RequireScope } from '../identity/route-access.decorator';
import { DeferredIngestService } from './deferred-ingest.service';
import { ingestExample, takenAnswer } from './ingest-answer';
import type { TakenReply } from './ingest-request';
import { readAutomationHeaders } from './receive/automation-headers';
import { BodyBudget } from './receive/body-budget';
import { checkImportHeaders } from './receive/check-import-headers';
import { receiveBody } from './receive/receive-body';
import { SlowBodiesService } from './receive/slow-bodies.service';
import { IngestionRepository } from './store/ingestion.repository';

/** Where a history is imported: an export of Apple Health, as archive or document, or of the app. */
@Controller('v1/imports')
export class ImportsController {
  private readonly budget: BodyBudget;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly deferred: DeferredIngestService,
    private readonly ingestions: IngestionRepository,
    private readonly slowBodies: SlowBodiesService,
  ) {
    this.budget = new BodyBudget(settings.maxHeldBodyBytes);
  }

  /**
   * Takes a history of any size, stores its bytes while they arrive, and answers 202 when they are committed. What
   * becomes of its samples, and whether it can be read at all, is told at the `statusUrl`.
   */
  @Post()
  @DescribeRoute({
    summary: 'Import a history: export.zip or export.xml of Apple Health, or JSON of the app',
    description:
      'As application/zip or application/xml of Apple Health (also application/x-zip-compressed, text/xml), or as JSON of ' +
      'the app. XML and JSON may be compressed (Content-Encoding: gzip or br).',
    bodyExample: ingestExample,
    bodyMediaTypes: ['application/zip', 'application/xml'],
    status: 202,
    answer: takenAnswer,
  })
  @HttpCode(202)
  @RequireScope('ingest:write')
  async post(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CurrentIdentity() identity: Identity,
  ): Promise<Omit<TakenReply, 'retryAfterS'>> {
    const allowance = this.budget.open();
    try {
      const { maxImportBytes } = this.settings;
      const limits = { maxBodyBytes: maxImportBytes, maxCompressedBodyBytes: maxImportBytes };
      const headers = checkImportHeaders(request.headers, limits);
      const automation = readAutomationHeaders(request.headers);
      // ORDER: begun before the body: what arrives first is the older one, however long its body takes.
      const ingestionSeq = this.ingestions.drawSeq();
      // Whoever needs it hears of a fault; a body that is refused needs it no more.
      ingestionSeq.catch(() => undefined);
      const arrival = { identity, automation, headers, receivedAtMs: Date.now(), ingestionSeq };
      const deferred = this.deferred.open(arrival);
      const openSpill = () => deferred.openSpill();
      const options = { inlineBodyBytes: 0, allowance, openSpill };
      const body = await receiveBody(request.raw, headers, limits, options, this.slowBodies.bodies);
      if (body.kind === 'inline') throw new Problem(400, 'not_an_export', 'The body is empty.');
      const { retryAfterS, ...answer } = deferred.take(body);
      void reply.header('location', answer.statusUrl).header('retry-after', String(retryAfterS));
      return answer;
    } catch (reason) {
      // The rest of a refused body is not read, so the connection cannot be used again.
      if (!request.raw.complete) closeAfterReply(request, reply);
      throw reason;
    } finally {
      allowance.close();
    }
  }
}
