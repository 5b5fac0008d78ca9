import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { granularityFromHeader } from '../../catalogue/granularity';
import { inflate } from '../../common/inflate';
import type { Settings } from '../../config/settings';
import { SETTINGS } from '../../config/settings.token';
import type { AccountUnderWay } from '../account';
import { EXPORT_PARSER, type ExportParser } from '../export-parser';
import { IngestContextService, OwnMetrics } from '../ingest-context.service';
import type { NormalisedPayload } from '../normalise/normalised-payload';
import type { PayloadContext } from '../normalise/payload-context';
import { normaliseExport } from '../normalise-export';
import { normaliseInParts, surveyExport } from '../normalise-in-parts';
import { ExportIndexer } from '../parse/export-indexer';
import { pushInTurns } from '../parse/push-in-turns';
import { StreamSource } from '../parse/stream-source';
import { UserMetricRepository, type UserMetrics } from '../store/user-metric.repository';
import { type KeptIngestion, KeptIngestionRepository } from './kept-ingestion.repository';

/** Samples of one part, as when a large body is written for the first time. */
const partRows = 16_000;

/** Takes a part of a payload; nothing more is read before it resolves. */
export type TakePart = (part: NormalisedPayload, userMetrics: UserMetrics) => Promise<void>;

/** Reads payloads again whose bytes are kept, by the parser that is in use now. */
@Injectable()
export class KeptPayloadReader {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(EXPORT_PARSER) private readonly parser: ExportParser,
    private readonly context: IngestContextService,
    private readonly userMetrics: UserMetricRepository,
    private readonly ingestions: KeptIngestionRepository,
  ) {}

  /**
   * Gives all samples of an ingestion to `take`: those of a body that can be held in one part, those of a larger one in
   * several, so that memory does not grow with it. Returns the account, to be closed with what became of them.
   *
   * Errors: rejects with ParseFault for a body that is no export to this parser, and as `take` does.
   */
  async read(ingestion: KeptIngestion, take: TakePart): Promise<AccountUnderWay> {
    const own = new OwnMetrics(this.userMetrics, ingestion.userId);
    const { bodyBytes } = ingestion;
    if (bodyBytes > this.settings.inlineBodyBytes) return await this.readInParts(ingestion, own, take);
    const chunks: Buffer[] = [];
    for await (const chunk of this.inflated(ingestion)) chunks.push(chunk);
    const { payload, account } = await normaliseExport(
      Buffer.concat(chunks),
      this.context.parseLimits,
      this.parser,
      this.contextOf(ingestion),
      own.find,
    );
    await take(payload, own.metrics);
    return account;
  }

  private async readInParts(ingestion: KeptIngestion, own: OwnMetrics, take: TakePart): Promise<AccountUnderWay> {
    const indexer = new ExportIndexer(this.context.parseLimits, { validate: false });
    for await (const chunk of this.inflated(ingestion)) await pushInTurns(indexer, chunk);
    const index = indexer.finish();
    const parts = { index, parser: this.parser, context: this.contextOf(ingestion), findUserMetrics: own.find };
    const open = async <T>(work: (source: StreamSource) => Promise<T>): Promise<T> => {
      const source = new StreamSource(this.inflated(ingestion));
      return await work(source).finally(() => source.close());
    };
    const survey = await open((source) => surveyExport(parts, source));
    return await open((source) => normaliseInParts(parts, source, survey, partRows, (part) => take(part, own.metrics)));
  }

  private inflated(ingestion: KeptIngestion): Readable {
    return inflate(Readable.from(this.ingestions.bytes(ingestion), { objectMode: false }), ingestion.keptEncoding);
  }

  private contextOf({ receivedAtMs, timeZone, aggregation }: KeptIngestion): PayloadContext {
    return {
      receivedAtMs,
      futureToleranceMs: this.settings.futureToleranceHours * 3_600_000,
      timeZone,
      namedGranularity: granularityFromHeader(aggregation ?? undefined),
    };
  }
}
