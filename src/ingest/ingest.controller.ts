import { Controller, HttpCode, Inject, Patch, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Settings } from '../config/settings';
import { SETTINGS } from '../config/settings.token';
import { closeAfterReply } from '../identity/close-after-reply';
import { CurrentIdentity } from '../identity/current-identity.decorator';
import type { Identity } from '../identity/identity';
import { RequireScope } from '../identity/route-access.decorator';
import { type Arrival, type IngestReply, IngestService } from './ingest.service';
import { readAutomationHeaders } from './receive/automation-headers';
import { type BodyAllowance, BodyBudget } from './receive/body-budget';
import { checkBodyHeaders } from './receive/check-body-headers';
import { type ReceivedBody, receiveBody } from './receive/receive-body';

/** Where the phone sends to. PUT and PATCH are the same as POST: the app's history export may use them. */
@Controller('v1/ingest')
export class IngestController {
  private readonly budget: BodyBudget;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly service: IngestService,
  ) {
    this.budget = new BodyBudget(settings.maxHeldBodyBytes);
  }

  /** Takes an export and answers with the account of every sample in it. */
  @Post()
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
      const { arrival, body } = await this.receive(request, reply, allowance);
      const automation = readAutomationHeaders(request.headers);
      return await this.service.ingest({ identity, automation, body, ...arrival });
    } finally {
      allowance.close();
    }
  }

  private async receive(
    request: FastifyRequest,
    reply: FastifyReply,
    allowance: BodyAllowance,
  ): Promise<{ arrival: Arrival; body: ReceivedBody }> {
    try {
      const headers = checkBodyHeaders(request.headers, this.settings);
      // ORDER: begun before the body: what arrives first is the older one, however long its body takes.
      const arriving = this.service.arrive();
      const receiving = receiveBody(request.raw, headers, this.settings, allowance);
      const [arrival, body] = await Promise.all([arriving, receiving]);
      return { arrival, body };
    } catch (reason) {
      // The rest of a refused body is not read, so the connection cannot be used again.
      if (!request.raw.complete) closeAfterReply(request, reply);
      throw reason;
    }
  }
}
