import { once } from 'node:events';
import { type BrotliCompress, createBrotliCompress } from 'node:zlib';
import type { IngestionKey } from '../../database/ingestion-key';
import type { BodyFacts, BodySpill } from '../receive/received-body';
import { keptBrotli, maxPieceBytes } from './kept-bytes';
import type { SpilledBodyRepository } from './spilled-body.repository';
import type { SurveyUnderWay } from './survey-under-way';

/** Gathers bytes into pieces and stores each as soon as it is full. */
class PieceWriter {
  count = 0;
  private gathered: Buffer[] = [];
  private bytes = 0;

  constructor(
    private readonly repository: SpilledBodyRepository,
    private readonly ingestion: IngestionKey,
  ) {}

  async write(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + maxPieceBytes - this.bytes);
      this.gathered.push(part);
      this.bytes += part.length;
      at += part.length;
      if (this.bytes === maxPieceBytes) await this.flush();
    }
  }

  async flush(): Promise<void> {
    if (this.bytes === 0) return;
    const piece = Buffer.concat(this.gathered);
    this.gathered = [];
    this.bytes = 0;
    await this.repository.addPiece(this.ingestion, this.count++, piece);
  }
}

/**
 * Stores a body in pieces while it arrives, as the client compressed it or compressed by us.
 *
 * Memory: one piece and what the compressor holds. Errors: `write` and `complete` reject as the database does.
 */
export class PieceSpill implements BodySpill {
  private readonly pieces: PieceWriter;
  private readonly compressor: BrotliCompress | null;
  private readonly compressed: Promise<void>;

  constructor(
    private readonly repository: SpilledBodyRepository,
    private readonly ingestion: IngestionKey,
    isCompressedBySender: boolean,
    /** Looks at what is written; only of a body that its sender did not compress. */
    private readonly survey: SurveyUnderWay | null,
  ) {
    this.pieces = new PieceWriter(repository, ingestion);
    this.compressor = isCompressedBySender ? null : createBrotliCompress(keptBrotli);
    this.compressed = this.compressor === null ? Promise.resolve() : this.drain(this.compressor);
    // Whoever writes or completes hears of a fault; until then nobody may be listening.
    this.compressed.catch(() => undefined);
    this.compressor?.on('error', () => undefined);
  }

  /** Takes the next bytes; resolves when they are on their way and there is room for more. */
  async write(bytes: Buffer): Promise<void> {
    if (this.compressor === null) return await this.pieces.write(bytes);
    // ORDER: they are looked at while another thread compresses them.
    const compressing = this.compress(this.compressor, bytes);
    await Promise.all([compressing, this.survey?.push(bytes)]);
  }

  /** Stores the last piece and what is known of the body. */
  async complete(facts: BodyFacts): Promise<void> {
    this.compressor?.end();
    await this.compressed;
    await this.pieces.flush();
    await this.repository.complete(this.ingestion, facts, this.pieces.count, this.survey?.finish() ?? null);
  }

  /** Removes all that was stored. */
  async discard(): Promise<void> {
    this.compressor?.destroy();
    await this.compressed.catch(() => undefined);
    await this.repository.discard(this.ingestion);
  }

  private async compress(compressor: BrotliCompress, bytes: Buffer): Promise<void> {
    if (!compressor.write(bytes)) await Promise.race([once(compressor, 'drain'), this.compressed]);
  }

  private async drain(compressor: BrotliCompress): Promise<void> {
    for await (const bytes of compressor) await this.pieces.write(bytes);
  }
}
