import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { inflate } from '../common/inflate';
import { uuidV7 } from '../common/uuid';
import { EXPORT_PARSER, type ExportParser } from './export-parser';
import { IngestContextService } from './ingest-context.service';
import { elapsedSince, type IngestReply, type IngestRequest } from './ingest-request';
import { type ExportInParts, normaliseInParts, surveyExport } from './normalise-in-parts';
import { StreamSource } from './parse/stream-source';
import type { BodySpill, SpilledBody } from './receive/received-body';
import { PayloadQueue } from './store/payload-queue.service';
import type { StoredPayload } from './store/payload-store.service';
import { PieceSpill } from './store/piece-spill';
import { SpilledBodyRepository, type SpilledIngestion } from './store/spilled-body.repository';
import { addLines, type WrittenLines } from './store/written-lines';

/** Samples of one part: some 30 ms of a transaction, so that the user's other payloads do not wait long. */
const partRows = 16_000;

/** An ingestion whose body may turn out to be too large to be held. */
export interface LargeIngestion {
  /** Begins to store the body while it arrives. */
  openSpill(): Promise<BodySpill>;
  /** Stores the samples of the body, which has been stored; resolves when all of them are committed. */
  store(body: SpilledBody): Promise<IngestReply>;
}

/**
 * Takes in bodies that are too large to be held: their bytes are stored while they arrive, in pieces, and read back
 * twice: once to find out that all of it is legal, so that one that is not has written nothing, and once to write it in
 * parts, each in a transaction of its own. Memory does not grow with the body.
 */
@Injectable()
export class LargeIngestService {
  constructor(
    private readonly context: IngestContextService,
    private readonly bodies: SpilledBodyRepository,
    private readonly queue: PayloadQueue,
    @Inject(EXPORT_PARSER) private readonly parser: ExportParser,
  ) {}

  /** Begins an ingestion; nothing is done until a spill is asked for. */
  open(request: IngestRequest): LargeIngestion {
    let opened: { spill: PieceSpill; ingestion: SpilledIngestion } | null = null;
    return {
      openSpill: async () => {
        opened = await this.openSpill(request);
        return opened.spill;
      },
      store: (body) => {
        if (opened === null) throw new Error('a body was spilled without a spill');
        return this.store(request, body, opened.ingestion, opened.spill.pieceCount);
      },
    };
  }

  private async openSpill({ identity, headers, automation, receivedAtMs, ingestionSeq }: IngestRequest) {
    const ingestion: SpilledIngestion = {
      id: uuidV7(receivedAtMs),
      userId: identity.userId,
      receivedAtMs,
      ingestionSeq: await ingestionSeq,
    };
    const isCompressed = headers.contentEncoding !== 'identity';
    await this.bodies.begin(ingestion, headers, isCompressed ? headers.contentEncoding : 'br', automation);
    return { ingestion, spill: new PieceSpill(this.bodies, ingestion, isCompressed) };
  }

  private async store(
    request: IngestRequest,
    body: SpilledBody,
    ingestion: SpilledIngestion,
    pieceCount: number,
  ): Promise<IngestReply> {
    const startedAtMs = performance.now();
    const own = this.context.ownMetrics(request);
    const parts: ExportInParts = {
      index: body.index,
      parser: this.parser,
      context: this.context.payloadContext(request),
      findUserMetrics: own.find,
    };
    const read = async <T>(work: (source: StreamSource) => Promise<T>): Promise<T> => {
      const kept = Readable.from(this.bodies.pieces(ingestion, pieceCount), { objectMode: false });
      const source = new StreamSource(inflate(kept, body.contentEncoding === 'identity' ? 'br' : body.contentEncoding));
      return await work(source).finally(() => source.close());
    };
    // ORDER: the whole of it is read before any of it is written.
    const survey = await read((source) => surveyExport(parts, source)).catch(async (error: unknown) => {
      await this.bodies.discard(ingestion);
      throw error;
    });
    const written: WrittenLines[] = [];
    const account = await read((source) =>
      normaliseInParts(parts, source, survey, partRows, async (payload) => {
        const { userId, ingestionSeq } = ingestion;
        const member = { userId, ingestionSeq, payload, userMetrics: own.metrics, toIngestion: () => null };
        const stored: StoredPayload = await this.queue.submit(member);
        written.push(stored.written);
      }),
    );
    const closed = account.close(addLines(written));
    const processingMs = elapsedSince(startedAtMs);
    await this.bodies.finish(ingestion, closed, processingMs);
    return { ingestionId: ingestion.id, status: 'stored', ...closed, processingMs };
  }
}
