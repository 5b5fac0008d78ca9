import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { inflate } from '../../common/inflate';
import type { Settings } from '../../config/settings';
import { SETTINGS } from '../../config/settings.token';
import { PieceRepository } from '../../database/piece.repository';
import type { AccountUnderWay } from '../account';
import { EXPORT_PARSER, type ExportParser } from '../export-parser';
import { IngestContextService } from '../ingest-context.service';
import type { NormalisedPayload } from '../normalise/normalised-payload';
import { normaliseExport } from '../normalise-export';
import type { KeptBody } from '../process/body-format';
import { findBodyFormat } from '../process/body-formats';
import { exportFormat } from '../process/export.format';
import { KeptRanges } from '../process/kept-ranges';
import type { UserMetrics } from '../store/user-metric.repository';
import { type ReadableIngestion, ReadableIngestionRepository } from './readable-ingestion.repository';

/** Takes a part of a payload; nothing more is read before it resolves. */
export type TakeSamples = (part: NormalisedPayload, userMetrics: UserMetrics) => Promise<void>;

/** Reads payloads again whose bytes are kept, by the parser that is in use now. */
@Injectable()
export class ReadablePayloadReader {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(EXPORT_PARSER) private readonly parser: ExportParser,
    private readonly context: IngestContextService,
    private readonly ingestions: ReadableIngestionRepository,
    private readonly pieces: PieceRepository,
  ) {}

  /**
   * Gives all samples of an ingestion to `take`: those of a body that can be held in one part, those of a larger one in
   * several, so that memory does not grow with it. Returns the account, to be closed with what became of them.
   *
   * Errors: rejects with ParseFault for a body that is no export to this parser, and as `take` does.
   */
  async read(ingestion: ReadableIngestion, take: TakeSamples, signal?: AbortSignal): Promise<AccountUnderWay> {
    const own = this.context.ownMetrics(ingestion.userId);
    const reading = {
      body: this.bodyOf(ingestion, signal),
      limits: this.context.parseLimits,
      maxDocumentBytes: this.settings.maxImportBytes,
      parser: this.parser,
      context: this.context.payloadContext(ingestion),
      findUserMetrics: own.find,
    };
    const format = findBodyFormat(ingestion.contentType);
    if (format !== exportFormat || ingestion.bodyBytes > this.settings.inlineBodyBytes) {
      const surveyed = await format.survey(reading);
      return await surveyed.parts((part) => take(part, own.metrics));
    }
    const chunks: Buffer[] = [];
    for await (const chunk of reading.body.open()) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    const { payload, account } = await normaliseExport(bytes, reading.limits, this.parser, reading.context, own.find);
    await take(payload, own.metrics);
    return account;
  }

  private bodyOf(ingestion: ReadableIngestion, signal: AbortSignal | undefined): KeptBody {
    const { ingestions, pieces } = this;
    const read = async function* (): AsyncGenerator<Buffer> {
      for await (const bytes of ingestions.bytes(ingestion)) {
        signal?.throwIfAborted();
        yield bytes;
      }
    };
    // What is kept as it was sent was taken in pieces, and never stands in the row itself.
    const isRanged = ingestion.keptEncoding === 'identity' && ingestion.pieceCount > 0;
    return {
      open: () => inflate(Readable.from(read(), { objectMode: false }), ingestion.keptEncoding),
      ranges: isRanged ? new KeptRanges(pieces, ingestion, { body: null, ...ingestion }, signal) : null,
    };
  }
}
