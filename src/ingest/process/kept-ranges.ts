import type { IngestionKey } from '../../database/ingestion-key';
import type { PieceRepository } from '../../database/piece.repository';
import type { ByteRanges } from '../archive/zip-reader';
import { maxPieceBytes } from '../store/kept-bytes';
import type { KeptIngestion } from './kept-ingestion.repository';

/**
 * The bytes of an ingestion that are kept as they were sent, in any order. All pieces but the last are of one size, so
 * that a place tells its piece.
 *
 * Memory: two pieces, the last that were asked for. Errors: `read` rejects when the work is interrupted or a piece is
 * missing.
 */
export class KeptRanges implements ByteRanges {
  readonly size: number;
  private readonly recent: { readonly piece: number; readonly bytes: Buffer }[] = [];

  constructor(
    private readonly pieces: PieceRepository,
    private readonly key: IngestionKey,
    private readonly kept: Pick<KeptIngestion, 'body' | 'bodyBytes'>,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.size = kept.bodyBytes;
  }

  async read(start: number, end: number): Promise<Buffer> {
    this.signal?.throwIfAborted();
    if (start < 0 || end > this.size || start > end) throw new RangeError('the bytes lie outside of the body');
    if (this.kept.body !== null) return this.kept.body.subarray(start, end);
    const cuts: Buffer[] = [];
    for (let at = start; at < end; ) {
      const piece = Math.floor(at / maxPieceBytes);
      const pieceStart = piece * maxPieceBytes;
      const cut = (await this.piece(piece)).subarray(at - pieceStart, end - pieceStart);
      if (cut.length === 0) throw new Error('a piece of a body is too short');
      cuts.push(cut);
      at += cut.length;
    }
    return cuts.length === 1 ? (cuts[0] as Buffer) : Buffer.concat(cuts);
  }

  private async piece(piece: number): Promise<Buffer> {
    const found = this.recent.find((each) => each.piece === piece);
    if (found !== undefined) return found.bytes;
    const bytes = await this.pieces.readPiece(this.key, piece);
    // The directory at the end and the member under way take turns.
    if (this.recent.length === 2) this.recent.shift();
    this.recent.push({ piece, bytes });
    return bytes;
  }
}
