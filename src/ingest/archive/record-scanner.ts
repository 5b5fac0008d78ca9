import { HealthRecord } from './health-record';
import { cut, isSameRange, notPlain, resolveReferences, startsWith, ValueScanner } from './plain-values';
import { RememberedTexts } from './remembered-texts';

const quote = 0x22;
const slash = 0x2f;
const equals = 0x3d;
const greaterThan = 0x3e;
const blank = 0x20;

const recordHead = Buffer.from('<Record ');
const recordTail = Buffer.from('</Record>');
const entryHead = Buffer.from('<MetadataEntry ');

/** The attributes of a record by their place in {@link RecordScanner}'s bounds. */
const names = [
  'type',
  'unit',
  'value',
  'device',
  'endDate',
  'startDate',
  'sourceName',
  'creationDate',
  'sourceVersion',
].map((name) => Buffer.from(name));
const [type, unit, value, , endDate, startDate, sourceName] = [0, 1, 2, 3, 4, 5, 6] as const;
/** Those that a record must have to be a plain one. */
const neededMask = (1 << type) | (1 << endDate) | (1 << startDate) | (1 << sourceName);

const key = Buffer.from('key');
const entryValue = Buffer.from('value');

/** Metadata entries of one record; what has more is not plain. */
const maxEntries = 16;

function isBlank(byte: number | undefined): boolean {
  return byte === blank || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/**
 * Reads records in the one spelling that Apple writes nearly all of them in: `<Record` with known attributes in any
 * order, one blank before each, in double quotes, ended by `/>`, or with plain `<MetadataEntry …/>` and nothing else
 * inside. For every other record, legal or not, it says that it cannot tell; it never calls one plain that the XML
 * parser would read as another or refuse.
 *
 * Why there is one: with the fastest parser (decision 017) reading the export once takes longer than all the rest.
 * Needs bytes that were checked to be UTF-8, and a place between two elements.
 */
export class RecordScanner {
  readonly record = new HealthRecord();
  private readonly starts = new Int32Array(names.length);
  private readonly ends = new Int32Array(names.length);
  /** A bit for each attribute that is there, and for each that has references in it. */
  private present = 0;
  private referenced = 0;
  private metadata: string[] | null = null;
  private readonly values = new ValueScanner();
  private readonly types = new RememberedTexts();
  private readonly units = new RememberedTexts();
  private readonly sources = new RememberedTexts();
  private readonly keys = new RememberedTexts();
  private readonly entryValues = new RememberedTexts();

  /** With `typesOnly` a record's type and unit are all that is made of it. */
  constructor(private readonly typesOnly: boolean) {}

  /**
   * Reads the record that begins at `at`. Returns where it ends, and `record` is filled; else {@link cut} or
   * another negative number, and `record` is as it was.
   */
  scan(buffer: Buffer, at: number, end: number): number {
    const length = end - at;
    if (!startsWith(buffer, at, length < recordHead.length ? recordHead.subarray(0, length) : recordHead)) {
      return notPlain;
    }
    if (length < recordHead.length) return cut;
    this.present = 0;
    this.referenced = 0;
    // At the blank before the first attribute.
    const next = this.scanAttributes(buffer, at + recordHead.length - 1, end);
    if (next < 0) return next;
    if ((this.present & neededMask) !== neededMask) return notPlain;
    if (buffer[next] === slash) {
      if (next + 1 >= end) return cut;
      if (buffer[next + 1] !== greaterThan) return notPlain;
      this.fill(buffer, null);
      return next + 2;
    }
    const after = this.scanEntries(buffer, next + 1, end);
    if (after < 0) return after;
    this.fill(buffer, this.metadata);
    return after;
  }

  /** The attributes of a record; returns where its `/` or `>` is. */
  private scanAttributes(buffer: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end) {
      const byte = buffer[at] as number;
      if (byte === slash || byte === greaterThan) return at;
      if (byte !== blank) return notPlain;
      const nameStart = at + 1;
      let nameEnd = nameStart;
      while (nameEnd < end && buffer[nameEnd] !== equals && nameEnd - nameStart < 14) nameEnd++;
      if (nameEnd >= end) return cut;
      const attribute = this.attributeAt(buffer, nameStart, nameEnd);
      if (attribute < 0) return notPlain;
      if (nameEnd + 1 >= end) return cut;
      if (buffer[nameEnd + 1] !== quote) return notPlain;
      const valueEnd = this.values.scan(buffer, nameEnd + 2, end);
      if (valueEnd < 0) return valueEnd;
      this.present |= 1 << attribute;
      if (this.values.hasReferences) this.referenced |= 1 << attribute;
      this.starts[attribute] = nameEnd + 2;
      this.ends[attribute] = valueEnd;
      at = valueEnd + 1;
    }
    return cut;
  }

  /** Which attribute this is; negative for none, and for one that is there already. */
  private attributeAt(buffer: Buffer, start: number, end: number): number {
    const length = end - start;
    for (let i = 0; i < names.length; i++) {
      const name = names[i] as Buffer;
      if (name.length !== length || !startsWith(buffer, start, name)) continue;
      return (this.present & (1 << i)) === 0 ? i : -1;
    }
    return -1;
  }

  /** The metadata entries and the end of a record whose start tag ends before `start`; returns what comes after it. */
  private scanEntries(buffer: Buffer, start: number, end: number): number {
    this.metadata = null;
    let at = start;
    for (let entries = 0; entries <= maxEntries; entries++) {
      while (at < end && isBlank(buffer[at])) at++;
      if (end - at < entryHead.length) return cut;
      if (startsWith(buffer, at, recordTail)) return at + recordTail.length;
      if (!startsWith(buffer, at, entryHead)) return notPlain;
      at = this.scanEntry(buffer, at + entryHead.length, end);
      if (at < 0) return at;
    }
    return notPlain;
  }

  /** `key="…" value="…"/>` */
  private scanEntry(buffer: Buffer, start: number, end: number): number {
    const keyStart = start + key.length + 2;
    if (keyStart >= end) return cut;
    if (!startsWith(buffer, start, key) || buffer[keyStart - 2] !== equals || buffer[keyStart - 1] !== quote) {
      return notPlain;
    }
    const keyEnd = this.values.scan(buffer, keyStart, end);
    if (keyEnd < 0) return keyEnd;
    const hasReferencesInKey = this.values.hasReferences;
    const valueStart = keyEnd + 2 + entryValue.length + 2;
    if (valueStart >= end) return cut;
    if (buffer[keyEnd + 1] !== blank || !startsWith(buffer, keyEnd + 2, entryValue)) return notPlain;
    if (buffer[valueStart - 2] !== equals || buffer[valueStart - 1] !== quote) return notPlain;
    const valueEnd = this.values.scan(buffer, valueStart, end);
    if (valueEnd < 0) return valueEnd;
    if (valueEnd + 2 >= end) return cut;
    if (buffer[valueEnd + 1] !== slash || buffer[valueEnd + 2] !== greaterThan) return notPlain;
    if (!this.typesOnly) {
      this.metadata ??= [];
      this.metadata.push(
        resolveReferences(this.keys.of(buffer, keyStart, keyEnd), hasReferencesInKey),
        resolveReferences(this.entryValues.of(buffer, valueStart, valueEnd), this.values.hasReferences),
      );
    }
    return valueEnd + 3;
  }

  private fill(buffer: Buffer, metadata: string[] | null): void {
    const { record, starts, ends } = this;
    record.type = this.textOf(buffer, type, this.types);
    record.unit = this.textOf(buffer, unit, this.units);
    if (this.typesOnly) return;
    record.sourceName = this.textOf(buffer, sourceName, this.sources);
    record.value = this.textOf(buffer, value, null);
    record.startDate = this.textOf(buffer, startDate, null);
    // Most readings take no time: the same bytes, the same text.
    const [start = 0, otherStart = 0] = [starts[startDate], starts[endDate]];
    const length = (ends[startDate] as number) - start;
    const isSameDate =
      (this.referenced & ((1 << startDate) | (1 << endDate))) === 0 &&
      (ends[endDate] as number) - otherStart === length &&
      isSameRange(buffer, start, otherStart, length);
    record.endDate = isSameDate ? record.startDate : this.textOf(buffer, endDate, null);
    record.metadata = metadata;
  }

  private textOf(buffer: Buffer, attribute: number, remembered: RememberedTexts | null): string {
    const bit = 1 << attribute;
    if ((this.present & bit) === 0) return '';
    const start = this.starts[attribute] as number;
    const end = this.ends[attribute] as number;
    const text = remembered === null ? buffer.toString('utf8', start, end) : remembered.of(buffer, start, end);
    return resolveReferences(text, (this.referenced & bit) !== 0);
  }
}
