/** Different texts that one field is likely to have in a row: the units, the devices of a person. */
const maxEntries = 8;

interface Entry {
  readonly bytes: Buffer;
  readonly text: string;
}

/**
 * Texts of a field that is nearly always one of a few: comparing bytes costs a fifth of making a text of them.
 *
 * Memory: a handful of texts.
 */
export class RememberedTexts {
  private readonly entries: Entry[] = [];

  /** The bytes from `start` to before `end`, which are UTF-8, as a text. */
  of(buffer: Buffer, start: number, end: number): string {
    const { entries } = this;
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i] as Entry;
      if (!isSame(entry.bytes, buffer, start, end)) continue;
      if (i > 0) {
        entries[i] = entries[i - 1] as Entry;
        entries[i - 1] = entry;
      }
      return entry.text;
    }
    const entry = { bytes: Buffer.from(buffer.subarray(start, end)), text: buffer.toString('utf8', start, end) };
    if (entries.length === maxEntries) entries.pop();
    entries.push(entry);
    return entry.text;
  }
}

function isSame(bytes: Buffer, buffer: Buffer, start: number, end: number): boolean {
  const { length } = bytes;
  if (length !== end - start) return false;
  // From the end: identifiers of one kind begin alike.
  for (let i = length - 1; i >= 0; i--) if (bytes[i] !== buffer[start + i]) return false;
  return true;
}
