import { Inject, Injectable } from '@nestjs/common';
import { extentsOf } from '../batch/extents';
import { Problem } from '../common/problem';
import { uuidV7 } from '../common/uuid';
import { TRACING, type Tracing } from '../monitoring/tracing/tracing';
import { AdmissionService } from './admission.service';
import { DeferredIngestService } from './deferred-ingest.service';
import { EXPORT_PARSER, type ExportParser } from './export-parser';
import { IngestContextService } from './ingest-context.service';
import { IngestMetrics } from './ingest-metrics';
import { elapsedSince, type IngestReply, type IngestRequest, type StoredReply } from './ingest-request';
import { normaliseExport } from './normalise-export';
import { ParseFault } from './parse/parse-fault';
import type { BodySpill, InlineBody, ReceivedBody } from './receive/received-body';
import { keepBytes } from './store/kept-bytes';
import { PayloadQueue } from './store/payload-queue.service';

/** Receives a body; it asks for a spill when the body is too large to be held. */
export type ReceiveBody = (openSpill: () => Promise<BodySpill>) => Promise<ReceivedBody>;

/** The story of a payload: receive, parse, normalise, write, commit, reply. */
@Injectable()
export class IngestService {
  constructor(
    private readonly admission: AdmissionService,
    private readonly context: IngestContextService,
    private readonly queue: PayloadQueue,
    private readonly deferred: DeferredIngestService,
    private readonly metrics: IngestMetrics,
    @Inject(EXPORT_PARSER) private readonly parser: ExportParser,
    @Inject(TRACING) private readonly tracing: Tracing,
  ) {}

  /**
   * Stores a payload: its bytes, every sample that can be kept, and the account of all of them; of one that was spilled
   * the bytes alone, and its samples are written later. When this resolves, what the reply says is committed.
   *
   * Errors: rejects with a 400 problem for a held body that is not an export, and as `receive` does; nothing was written
   * then.
   */
  async ingest(request: IngestRequest, receive: ReceiveBody): Promise<IngestReply> {
    try {
      const deferred = this.deferred.open(request);
      const body = await receive(() => deferred.openSpill());
      if (body.kind === 'spilled') return deferred.take(body);
      // ORDER: after the body has arrived: a slow client holds nobody up.
      return await this.admission.admit(() => this.store(request, body));
    } catch (error) {
      if (error instanceof ParseFault) throw new Problem(400, error.code, error.message);
      throw error;
    }
  }

  /** Stores a small payload in one transaction, which it may share with others. */
  private async store(request: IngestRequest, body: InlineBody): Promise<StoredReply> {
    const startedAtMs = performance.now();
    const { identity, automation, receivedAtMs } = request;
    const { userId } = identity;
    const own = this.context.ownMetrics(userId);
    const { timeZone } = identity;
    const context = this.context.payloadContext({ timeZone, aggregation: automation.aggregation, receivedAtMs });
    const [{ payload, account }, kept, ingestionSeq] = await Promise.all([
      this.tracing.span('parse', { bytes: body.bytes.length }, () =>
        normaliseExport(body.bytes, this.context.parseLimits, this.parser, context, own.find),
      ),
      keepBytes(body),
      request.ingestionSeq,
    ]);
    const id = uuidV7(receivedAtMs);
    const extents = extentsOf(payload.all());
    const { ingestion } = await this.queue.submit({
      userId,
      ingestionSeq,
      payload,
      userMetrics: own.metrics,
      toIngestion: (written) => {
        const closed = account.close(written);
        const processingMs = elapsedSince(startedAtMs);
        const read = { account: closed, processingMs, extents, timeZone };
        return { id, userId, receivedAtMs, ingestionSeq, automation, body, kept, ...read };
      },
    });
    if (ingestion === null) throw new Error('an ingestion was stored without its row');
    const workedMs = performance.now() - startedAtMs;
    this.metrics.count({ counts: ingestion.account, rejectedBy: account.rejectedBy, receivedAtMs, workedMs });
    return { ingestionId: id, status: 'stored', ...ingestion.account, processingMs: ingestion.processingMs };
  }
}
