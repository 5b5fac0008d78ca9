/** Largest store that is kept although little of it is in use, in bytes; a large element may have needed much more. */
const idleStoreBytes = 1024 * 1024;

const nothing = Buffer.alloc(0);

/**
 * The bytes of a stream that may still be needed, in one piece, under the positions that they have in the stream.
 *
 * A chunk that follows on nothing is looked at where it lies; only what is left of it after {@link dropBefore} is copied,
 * so that nothing of a chunk is held from then on.
 */
export class ByteWindow {
  /** Has the byte of `position` at `position - start`; what is behind `end` means nothing. */
  bytes: Buffer = nothing;
  /** Position in the stream of the first byte. */
  start = 0;
  /** Position in the stream after the last byte. */
  end = 0;
  /** Our own memory, used again and again; `bytes` is this, a chunk or nothing. */
  private store: Buffer = nothing;

  /** Puts a chunk behind what there is. */
  append(chunk: Buffer): void {
    const keptBytes = this.end - this.start;
    if (keptBytes === 0) this.bytes = chunk;
    else {
      const neededBytes = keptBytes + chunk.length;
      if (this.bytes !== this.store || neededBytes > this.store.length) this.moveToStore(0, keptBytes, neededBytes);
      chunk.copy(this.bytes, keptBytes);
    }
    this.end += chunk.length;
  }

  /** Lets go of all before `position`, and of the chunk. */
  dropBefore(position: number): void {
    const keptBytes = this.end - position;
    if (this.store.length > idleStoreBytes && keptBytes * 4 < this.store.length) this.store = nothing;
    if (keptBytes <= 0) {
      this.bytes = nothing;
      this.start = this.end;
      return;
    }
    const from = position - this.start;
    if (this.bytes !== this.store) this.moveToStore(from, keptBytes, keptBytes);
    else if (from > 0) this.store.copyWithin(0, from, from + keptBytes);
    this.start = position;
  }

  /** The text between two positions that have not been dropped. */
  text(start: number, end: number): string {
    return this.bytes.toString('utf8', start - this.start, end - this.start);
  }

  /** True when the bytes between two positions are this text, which is ASCII. */
  isText(text: string, start: number, end: number): boolean {
    if (end - start !== text.length) return false;
    const from = start - this.start;
    for (let i = 0; i < text.length; i++) if (this.bytes[from + i] !== text.charCodeAt(i)) return false;
    return true;
  }

  /** True when a byte is found between two positions. */
  hasByte(byte: number, start: number, end: number): boolean {
    for (let at = start - this.start; at < end - this.start; at++) if (this.bytes[at] === byte) return true;
    return false;
  }

  private moveToStore(from: number, keptBytes: number, neededBytes: number): void {
    // Twice the size, so that an element of many chunks is copied once on average and not once a chunk.
    const store = neededBytes > this.store.length ? Buffer.allocUnsafeSlow(2 * neededBytes) : this.store;
    this.bytes.copy(store, 0, from, from + keptBytes);
    this.bytes = store;
    this.store = store;
  }
}
