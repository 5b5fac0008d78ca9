/** The bytes that are there end before it can be told. */
export const cut = -1;

/** Not in the plain spelling: to be read by the XML parser. */
export const notPlain = -2;

const quote = 0x22;
const lessThan = 0x3c;
const ampersand = 0x26;

/**
 * Bytes of a value that are not just themselves: what ends it, what is not allowed in it, what stands for something
 * else. 0xEF begins U+FFFE and U+FFFF, which XML forbids.
 */
const isSpecial = new Uint8Array(256);
isSpecial.fill(1, 0, 0x20);
for (const byte of [quote, lessThan, ampersand, 0xef]) isSpecial[byte] = 1;

/** The five references that XML knows without a DTD. */
const references = ['&lt;', '&gt;', '&amp;', '&quot;', '&apos;'].map((text) => Buffer.from(text));
const maxReferenceLength = 6;
const characters: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** True when these bytes stand there. */
export function startsWith(buffer: Buffer, at: number, bytes: Buffer): boolean {
  for (let i = 0; i < bytes.length; i++) if (buffer[at + i] !== bytes[i]) return false;
  return true;
}

/** The length of the reference that begins here; 0 where none of the five does. */
function referenceLength(buffer: Buffer, at: number): number {
  for (let i = 0; i < references.length; i++) {
    const reference = references[i] as Buffer;
    if (startsWith(buffer, at, reference)) return reference.length;
  }
  return 0;
}

/** True when two ranges of one length hold the same bytes. */
export function isSameRange(buffer: Buffer, start: number, otherStart: number, length: number): boolean {
  for (let i = length - 1; i >= 0; i--) if (buffer[start + i] !== buffer[otherStart + i]) return false;
  return true;
}

/** A value with its references resolved. */
export function resolveReferences(text: string, hasReferences: boolean): string {
  if (!hasReferences) return text;
  return text.replace(/&(lt|gt|amp|quot|apos);/g, (_, name: string) => characters[name] as string);
}

/** Reads plain attribute values in double quotes. */
export class ValueScanner {
  /** Whether the value that was read last had references in it. */
  hasReferences = false;

  /** Where the quote is that ends the value which begins at `start`; {@link cut} or {@link notPlain}. */
  scan(buffer: Buffer, start: number, end: number): number {
    this.hasReferences = false;
    for (let at = start; at < end; at++) {
      const byte = buffer[at] as number;
      if (isSpecial[byte] === 0) continue;
      if (byte === quote) return at;
      if (byte === 0xef) {
        if (at + 2 >= end) return cut;
        if (buffer[at + 1] === 0xbf && (buffer[at + 2] as number) >= 0xbe) return notPlain;
        at += 2;
        continue;
      }
      if (byte !== ampersand) return notPlain;
      const length = referenceLength(buffer, at);
      if (length === 0) return end - at < maxReferenceLength ? cut : notPlain;
      this.hasReferences = true;
      at += length - 1;
    }
    return cut;
  }
}
