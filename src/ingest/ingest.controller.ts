import { Controller, HttpCode, Inject, Patch, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DescribeRoute } from '../common/describe-route.decorator';
import type { Settings } from '../config/settings';
import { SETTINGS } from '../config/settings.token';
import { closeAfterReply } from '../identity/close-after-reply';
import { CurrentIdentity } from '../identity/current-identity.decorator';
import type { Identity } from '../identity/identity';
import { RequireScope } from '../identity/route-access.decorator';
import { IngestService } from './ingest.service';
import { ingestAnswer, ingestExample } from './ingest-answer';
import { IngestContextService } from './ingest-context.service';
import type { IngestReply } from './ingest-request';
import { readAutomationHeaders } from './receive/automation-headers';
import { BodyBudget } from './receive/body-budget';
import { checkBodyHeaders } from './receive/check-body-headers';
import { receiveBody } from './receive/receive-body';
import { IngestionRepository } from './store/ingestion.repository';

/** Where the phone sends to. PUT and PATCH are the same as POST: the app's history export may use them. */
@Controller('v1/ingest')
export class IngestController {
  private readonly budget: BodyBudget;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly service: IngestService,
    private readonly context: IngestContextService,
    private readonly ingestions: IngestionRepository,
  ) {
    this.budget = new BodyBudget(settings.maxHeldBodyBytes);
  }

  /** Takes an export and answers with the account of every sample in it. */
  @Post()
  @DescribeRoute({ summary: 'Take an export of the app', bodyExample: ingestExample, answer: ingestAnswer })
  @HttpCode(200)
  @RequireScope('ingest:write')
  post(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CurrentIdentity() identity: Identity,
  ): Promise<IngestReply> {
    return this.ingest(request, reply, identity);
  }

  /** The same as POST. */
  @Put()
  @DescribeRoute({ summary: 'The same as POST', bodyExample: ingestExample, answer: ingestAnswer })
  @RequireScope('ingest:write')
  put(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CurrentIdentity() identity: Identity,
  ): Promise<IngestReply> {
    return this.ingest(request, reply, identity);
  }

  /** The same as POST. */
  @Patch()
  @DescribeRoute({ summary: 'The same as POST', bodyExample: ingestExample, answer: ingestAnswer })
  @RequireScope('ingest:write')
  patch(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CurrentIdentity() identity: Identity,
  ): Promise<IngestReply> {
    return this.ingest(request, reply, identity);
  }

  private async ingest(request: FastifyRequest, reply: FastifyReply, identity: Identity): Promise<IngestReply> {
    const allowance = this.budget.open();
    try {
      const headers = checkBodyHeaders(request.headers, this.settings);
      const automation = readAutomationHeaders(request.headers);
      const receivedAtMs = Date.now();
      // ORDER: begun before the body: what arrives first is the older one, however long its body takes.
      const ingestionSeq = this.ingestions.drawSeq();
      // Whoever needs it hears of a fault; a body that is refused needs it no more.
      ingestionSeq.catch(() => undefined);
      const arrival = { identity, automation, headers, receivedAtMs, ingestionSeq };
      const { inlineBodyBytes } = this.settings;
      const { parseLimits } = this.context;
      return await this.service.ingest(arrival, (openSpill) =>
        receiveBody(request.raw, headers, this.settings, { inlineBodyBytes, parseLimits, allowance, openSpill }),
      );
    } catch (reason) {
      // The rest of a refused body is not read, so the connection cannot be used again.
      if (!request.raw.complete) closeAfterReply(request, reply);
      throw reason;
    } finally {
      allowance.close();
    }
  }
}
