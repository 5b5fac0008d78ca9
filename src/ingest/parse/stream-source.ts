import type { ByteSource } from './byte-source';

const nothing = Buffer.alloc(0);

/**
 * A document that comes in pieces of any size. Pulls a piece only when a range needs it, and holds one piece and the
 * range that is being read, no more.
 */
export class StreamSource implements ByteSource {
  private readonly pieces: AsyncIterator<Buffer>;
  private piece: Buffer = nothing;
  /** Position in the document of the piece's first byte. */
  private pieceStart = 0;
  private readTo = 0;

  constructor(pieces: AsyncIterable<Buffer>) {
    this.pieces = pieces[Symbol.asyncIterator]();
  }

  /** How far the document has been read, in bytes. */
  get position(): number {
    return this.readTo;
  }

  /**
   * As {@link ByteSource.read}; one range at a time.
   *
   * Errors: throws for a range that begins before the end of the last one, rejects when the stream fails or ends early.
   */
  read(start: number, end: number): Buffer | Promise<Buffer> {
    if (start < this.readTo) throw new RangeError(`Byte ${start} was read already, up to ${this.readTo}.`);
    this.readTo = end;
    if (end <= this.pieceStart + this.piece.length) return this.cut(start, end);
    return this.gather(start, end);
  }

  /** Ends the stream, so that what stands behind it is let go of, also when not all of it was read. */
  async close(): Promise<void> {
    this.piece = nothing;
    await this.pieces.return?.();
  }

  private async gather(start: number, end: number): Promise<Buffer> {
    const cuts: Buffer[] = [];
    for (;;) {
      const cut = this.cut(start, end);
      if (cut.length > 0) cuts.push(cut);
      this.pieceStart += this.piece.length;
      if (end <= this.pieceStart) break;
      const { done, value } = await this.pieces.next();
      if (done) throw new Error(`The stream ends at byte ${this.pieceStart}, before byte ${end}.`);
      this.piece = value;
    }
    this.pieceStart -= this.piece.length;
    return cuts.length === 1 ? (cuts[0] as Buffer) : Buffer.concat(cuts);
  }

  /** What the piece has of a range. */
  private cut(start: number, end: number): Buffer {
    const { piece, pieceStart } = this;
    return piece.subarray(Math.max(0, start - pieceStart), Math.max(0, end - pieceStart));
  }
}
