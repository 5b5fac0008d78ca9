import { isUtf8 } from 'node:buffer';

/** Bytes of the longest character of UTF-8. */
const maxCharacterBytes = 4;

const nothing = Buffer.alloc(0);

/** How long a character is that begins with this byte; one that may not begin any waits for no other. */
function characterBytes(firstByte: number): number {
  if (firstByte < 0xc2 || firstByte > 0xf4) return 1;
  if (firstByte < 0xe0) return 2;
  return firstByte < 0xf0 ? 3 : 4;
}

/**
 * Checks that chunks, one after another, are UTF-8 as a whole: no broken, overlong or surrogate character, also across
 * their edges. A character that is cut is judged with the chunk that completes it.
 */
export class Utf8Check {
  /** The beginning of a character whose end has not come yet. */
  private cut = nothing;
  private cutBytes = 0;

  /** False as soon as the chunks so far cannot be the beginning of a text in UTF-8. */
  accepts(chunk: Buffer): boolean {
    let start = 0;
    if (this.cutBytes > 0) {
      const wanted = characterBytes(this.cut[0] as number);
      while (this.cutBytes < wanted && start < chunk.length) this.cut[this.cutBytes++] = chunk[start++] as number;
      if (this.cutBytes < wanted) return true;
      this.cutBytes = 0;
      if (!isUtf8(this.cut.subarray(0, wanted))) return false;
    }
    const end = this.keepCut(chunk, start);
    return isUtf8(start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end));
  }

  /** True when no character is cut at the end. */
  isComplete(): boolean {
    return this.cutBytes === 0;
  }

  /** Keeps the character that the chunk's end cuts, if it does; where it begins. */
  private keepCut(chunk: Buffer, start: number): number {
    const { length } = chunk;
    for (let at = length - 1; at >= start && at > length - maxCharacterBytes; at--) {
      const byte = chunk[at] as number;
      if (byte >= 0x80 && byte < 0xc0) continue;
      if (at + characterBytes(byte) <= length) return length;
      // A body that comes whole never needs it.
      if (this.cut.length === 0) this.cut = Buffer.alloc(maxCharacterBytes);
      this.cutBytes = chunk.copy(this.cut, 0, at);
      return at;
    }
    return length;
  }
}
