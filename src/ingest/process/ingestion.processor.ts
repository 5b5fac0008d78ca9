import { Readable } from 'node:stream';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { ExtentsUnderWay } from '../../batch/extents';
import { WorkHandlers } from '../../batch/work/work-handlers';
import { inflate } from '../../common/inflate';
import { Problem } from '../../common/problem';
import type { Settings } from '../../config/settings';
import { SETTINGS } from '../../config/settings.token';
import { PieceRepository } from '../../database/piece.repository';
import type { ClaimedWork } from '../../database/work/claimed-work';
import { WorkLeaseRepository } from '../../database/work/work-lease.repository';
import { TRACING, type Tracing } from '../../monitoring/tracing/tracing';
import { type Account, type AccountUnderWay } from '../account';
import { EXPORT_PARSER, type ExportParser } from '../export-parser';
import { IngestContextService, type OwnMetrics } from '../ingest-context.service';
import { IngestMetrics } from '../ingest-metrics';
import { ParseFault } from '../parse/parse-fault';
import { PayloadQueue } from '../store/payload-queue.service';
import type { KeptBody, SurveyedBody } from './body-format';
import { findBodyFormat } from './body-formats';
import { type KeptIngestion, KeptIngestionRepository } from './kept-ingestion.repository';
import { KeptRanges } from './kept-ranges';
import { WorkCheckpoint } from './work-checkpoint';

/**
 * Writes the samples of an ingestion whose bytes are kept, in parts, each a transaction that also saves how far it came:
 * whoever comes after a process that died reads everything again and writes only what is missing.
 *
 * Nothing of a body is written before all of it is known to be legal.
 */
@Injectable()
export class IngestionProcessor implements OnModuleInit {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly handlers: WorkHandlers,
    private readonly leases: WorkLeaseRepository,
    private readonly pieces: PieceRepository,
    private readonly ingestions: KeptIngestionRepository,
    private readonly context: IngestContextService,
    private readonly queue: PayloadQueue,
    private readonly metrics: IngestMetrics,
    @Inject(EXPORT_PARSER) private readonly parser: ExportParser,
    @Inject(TRACING) private readonly tracing: Tracing,
  ) {}

  onModuleInit(): void {
    this.handlers.register('derive', (claim, signal) => this.process(claim, signal));
  }

  /** As {@link WorkHandler}; what an inline body would be refused for is a problem with the same code. */
  private async process(claim: ClaimedWork, signal: AbortSignal): Promise<void> {
    const startedAtMs = performance.now();
    const workedMs = () => claim.progress.workedMs + performance.now() - startedAtMs;
    const ingestion = await this.ingestions.find(claim);
    if (ingestion === undefined) return await this.ingestions.forget(claim);
    const { timeZone, aggregation } = ingestion;
    const format = findBodyFormat(ingestion.contentType);
    const own = this.context.ownMetrics(claim.userId);
    const reading = {
      body: this.bodyOf(claim, ingestion, signal),
      limits: this.context.parseLimits,
      maxDocumentBytes: this.settings.maxImportBytes,
      parser: this.parser,
      context: this.context.payloadContext({ timeZone, aggregation, receivedAtMs: claim.receivedAtMs }),
      findUserMetrics: own.find,
    };
    const saved = WorkCheckpoint.read(claim.checkpoint, format);
    const surveyed = await this.tracing
      .span('parse', { bytes: ingestion.bodyBytes }, () => format.survey(reading, saved.survey))
      .catch((error: unknown) => {
        throw error instanceof ParseFault ? new Problem(400, error.code, error.message) : error;
      });
    const { checkpoint, account } = await this.writeParts(claim, ingestion, own, surveyed, saved, workedMs, signal);
    const closed = await this.closeAccount(claim, account, checkpoint, saved.parts > 0);
    await this.ingestions.finish(claim, closed, workedMs());
    const { receivedAtMs } = claim;
    this.metrics.count({ counts: closed, rejectedBy: account.rejectedBy, receivedAtMs, workedMs: workedMs() });
  }

  private bodyOf(claim: ClaimedWork, ingestion: KeptIngestion, signal: AbortSignal): KeptBody {
    const { pieces } = this;
    const read = async function* (): AsyncGenerator<Buffer> {
      for await (const piece of pieces.read(claim, ingestion)) {
        signal.throwIfAborted();
        yield piece;
      }
    };
    const ranges = ingestion.keptEncoding === 'identity' ? new KeptRanges(pieces, claim, ingestion, signal) : null;
    return { open: () => inflate(Readable.from(read(), { objectMode: false }), ingestion.keptEncoding), ranges };
  }

  private async writeParts(
    claim: ClaimedWork,
    { ingestionSeq }: KeptIngestion,
    own: OwnMetrics,
    surveyed: SurveyedBody,
    saved: WorkCheckpoint,
    workedMs: () => number,
    signal: AbortSignal,
  ): Promise<{ checkpoint: WorkCheckpoint; account: AccountUnderWay }> {
    let checkpoint = saved.withSurvey(surveyed.survey);
    let part = 0;
    const extents = new ExtentsUnderWay();
    const account = await surveyed.parts(async (payload, bytesDone) => {
      signal.throwIfAborted();
      for (const batch of payload.all()) extents.add(batch);
      if (part++ < saved.parts) return;
      const { written } = await this.queue.submit({
        userId: claim.userId,
        ingestionSeq,
        payload,
        userMetrics: own.metrics,
        toIngestion: () => null,
        alongside: async (tx, lines) => {
          const next = checkpoint.with(lines);
          const progress = { bytesDone, samplesDone: next.samples, workedMs: workedMs() };
          await this.leases.saveCheckpoint(tx, claim, this.settings.workLeaseMs, next, progress);
          await this.ingestions.noteExtents(tx, claim, extents.result());
        },
      });
      checkpoint = checkpoint.with(written);
    });
    return { checkpoint, account };
  }

  /**
   * A body that was continued may have been read otherwise than before: its user may have as many metrics as are allowed
   * by now. Then it is begun anew, and what was written is found written.
   */
  private async closeAccount(
    claim: ClaimedWork,
    account: AccountUnderWay,
    { lines }: WorkCheckpoint,
    isContinued: boolean,
  ): Promise<Account> {
    try {
      return account.close(lines);
    } catch (error) {
      if (isContinued) await this.leases.startOver(claim);
      throw error;
    }
  }
}
