/** A document's bytes, to be read from the beginning to the end. */
export interface ByteSource {
  /**
   * The bytes from `start` to before `end`, which must be there. No range begins before the end of the one that was read
   * last, so that a stream can serve them. The bytes are not to be changed.
   *
   * Errors: throws or rejects when they cannot be read.
   */
  read(start: number, end: number): Buffer | Promise<Buffer>;
}

/** A document that is in memory; reading copies nothing. */
export class BufferSource implements ByteSource {
  constructor(private readonly bytes: Buffer) {}

  /** As {@link ByteSource.read}, in any order. */
  read(start: number, end: number): Buffer {
    return this.bytes.subarray(start, end);
  }
}
