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
import { ingestAnswer, ingestExample, takenAnswer } from './ingest-answer';
import { ingestPath } from './ingest-headers.check';
import type { IngestReply, TakenReply } from './ingest-request';
import { readAutomationHeaders } from './receive/automation-headers';
import { BodyBudget } from './receive/body-budget';
import { checkBodyHeaders } from './receive/check-body-headers';
import { prefersAsyncReply } from './receive/prefers-async-reply';
import { receiveBody } from './receive/receive-body';
import { SlowBodiesService } from './receive/slow-bodies.service';
import { IngestionRepository } from './store/ingestion.repository';

/** What is answered: where to ask when the samples are not written yet. */
type IngestAnswer = Exclude<IngestReply, TakenReply> | Omit<TakenReply, 'retryAfterS'>;

/** What the API document says of all three methods. */
const described = {
  bodyExample: ingestExample,
  answer: ingestAnswer,
  answer202: {
    answer: takenAnswer,
    description:
      'Of a body larger than INLINE_BODY_BYTES, or sent with `Prefer: respond-async`: its bytes are committed, and the ' +
      'statusUrl tells what becomes of its samples.',
  },
};

/** Where the phone sends to. PUT and PATCH are the same as POST: the app's history export may use them. */
@Controller(ingestPath)
export class IngestController {
  private readonly budget: BodyBudget;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly service: IngestService,
    private readonly ingestions: IngestionRepository,
    private readonly slowBodies: SlowBodiesService,
  ) {
    this.budget = new BodyBudget(settings.maxHeldBodyBytes);
  }

  /**
   * Takes an export and answers 200 with the account of every sample in it. One that is too large to be done quickly, or
   * that asks for it by `Prefer: respond-async`, is answered 202 when its bytes are committed.
   */
  @Post()
  @DescribeRoute({ summary: 'Take an export of the app', ...described })
  @HttpCode(200)
  @RequireScope('ingest:write')
  post(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CurrentIdentity() identity: Identity,
  ): Promise<IngestAnswer> {
    return this.ingest(request, reply, identity);
  }

  /** The same as POST. */
  @Put()
  @DescribeRoute({ summary: 'The same as POST', ...described })
  @RequireScope('ingest:write')
  put(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CurrentIdentity() identity: Identity,
  ): Promise<IngestAnswer> {
    return this.ingest(request, reply, identity);
  }

  /** The same as POST. */
  @Patch()
  @DescribeRoute({ summary: 'The same as POST', ...described })
  @RequireScope('ingest:write')
  patch(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CurrentIdentity() identity: Identity,
  ): Promise<IngestAnswer> {
    return this.ingest(request, reply, identity);
  }

  private accept(reply: FastifyReply, { retryAfterS, ...answer }: TakenReply): IngestAnswer {
    void reply.status(202).header('location', answer.statusUrl).header('retry-after', String(retryAfterS));
    return answer;
  }

  private async ingest(request: FastifyRequest, reply: FastifyReply, identity: Identity): Promise<IngestAnswer> {
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
      const prefersAsync = prefersAsyncReply(request.headers);
      const inlineBodyBytes = prefersAsync ? 0 : this.settings.inlineBodyBytes;
      const answer = await this.service.ingest(arrival, (openSpill) =>
        receiveBody(
          request.raw,
          headers,
          this.settings,
          { inlineBodyBytes, allowance, openSpill },
          this.slowBodies.bodies,
        ),
      );
      if (answer.status === 'stored') return answer;
      if (prefersAsync) void reply.header('preference-applied', 'respond-async');
      return this.accept(reply, answer);
    } catch (reason) {
      // The rest of a refused body is not read, so the connection cannot be used again.
      if (!request.raw.complete) closeAfterReply(request, reply);
      throw reason;
    } finally {
      allowance.close();
    }
  }
}
