import { ParseFault } from '../parse/parse-fault';
import { Utf8Check } from '../parse/utf8-check';
import { CheckedXml } from './checked-xml';
import { ElementBuilder } from './element-builder';
import type { HealthRecord } from './health-record';
import { cut } from './plain-values';
import { RecordScanner } from './record-scanner';
import type { XmlElement } from './xml-element';

/** What is told of an export's children, in the order of the document; `position` counts them from 0. */
export interface HealthDataHandler {
  /** The object is the reader's own and filled anew for the next record. */
  record(record: HealthRecord): void;
  element(element: XmlElement, position: number): void;
  /** A child that is larger than anything of its kind can be. */
  tooLarge(name: string, position: number): void;
}

/** How an export is read. */
export interface HealthDataReaderOptions {
  /** Of a record, only its type and unit are told: for a reading that only checks and counts. */
  readonly typesOnly?: boolean;
  /** Leaves every record to the XML parser; the result is the same, which is what tests use it for. */
  readonly parserOnly?: boolean;
}

/** A plain record has 500 bytes; one that does not end within this is left to the parser with its bounds. */
const maxPlainBytes = 64 * 1024;

const nothing = Buffer.alloc(0);
const greaterThan = 0x3e;
const lessThan = 0x3c;

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/**
 * Reads the `HealthData` document of Apple's export from its bytes as they come, in chunks that may be cut anywhere.
 *
 * Everything is read by the XML parser, but for records in the spelling that nearly all of them have, which
 * {@link RecordScanner} takes out before it. A record stands between two tags of the root's children, and there a
 * complete element can be taken out of a document without making it any more or less legal.
 * Memory: the chunk, one child of the root, and what stands between two tags.
 * Errors: `push` and `finish` throw ParseFault; the reader is then not to be used any more.
 */
export class HealthDataReader {
  /** Children of the root so far. */
  children = 0;
  private readonly utf8 = new Utf8Check();
  private readonly xml: CheckedXml;
  private readonly scanner: RecordScanner;
  private readonly builder = new ElementBuilder();
  private readonly usesScanner: boolean;
  /** Holds what was left of the chunks before, and room for the next one: made once, because buffers cost collections. */
  private window = nothing;
  private restBytes = 0;
  private pushedBytes = 0;

  constructor(
    private readonly handler: HealthDataHandler,
    { typesOnly = false, parserOnly = false }: HealthDataReaderOptions = {},
  ) {
    this.usesScanner = !parserOnly;
    this.scanner = new RecordScanner(typesOnly);
    const place = (): number => this.pushedBytes;
    this.xml = new CheckedXml({ open: this.open, close: this.close }, place);
  }

  /** Takes the next bytes. Works on all of them at once: some 0.3 ms for 64 KiB of plain records, 1 ms of others. */
  push(chunk: Buffer): void {
    if (!this.utf8.accepts(chunk)) throw new ParseFault('encoding_broken', 'The XML is not UTF-8.');
    this.pushedBytes += chunk.length;
    this.read(this.restBytes === 0 ? chunk : this.behindRest(chunk), false);
  }

  /** The document has ended. */
  finish(): void {
    if (!this.utf8.isComplete()) throw new ParseFault('encoding_broken', 'The XML is not UTF-8: it is cut.');
    this.read(this.window.subarray(0, this.restBytes), true);
    this.xml.finish();
  }

  /** A copy: the chunk belongs to whoever gave it. */
  private keepRest(bytes: Buffer): void {
    if (this.window.length < bytes.length) this.window = Buffer.allocUnsafeSlow(2 * maxPlainBytes);
    bytes.copy(this.window);
    this.restBytes = bytes.length;
  }

  private behindRest(chunk: Buffer): Buffer {
    const length = this.restBytes + chunk.length;
    if (this.window.length < length) {
      const larger = Buffer.allocUnsafeSlow(length + maxPlainBytes);
      this.window.copy(larger, 0, 0, this.restBytes);
      this.window = larger;
    }
    chunk.copy(this.window, this.restBytes);
    return this.window.subarray(0, length);
  }

  private read(buffer: Buffer, isEnd: boolean): void {
    const end = buffer.length;
    let at = 0;
    this.restBytes = 0;
    while (at < end) {
      if (this.usesScanner && this.xml.depth === 1 && this.xml.hasEndedTag) {
        while (at < end && isBlank(buffer[at] as number)) at++;
        if (at === end) return;
        const after = buffer[at] === lessThan ? this.scanner.scan(buffer, at, end) : 0;
        if (after > 0) {
          this.scanner.record.position = this.children++;
          this.handler.record(this.scanner.record);
          at = after;
          continue;
        }
        if (after === cut && !isEnd && end - at < maxPlainBytes) {
          this.keepRest(buffer.subarray(at));
          return;
        }
      }
      const tagEnd = buffer.indexOf(greaterThan, at);
      const next = tagEnd < 0 ? end : tagEnd + 1;
      // ORDER: one tag at most, so that a tag that has ended has ended with the last of these bytes.
      this.xml.feed(buffer.subarray(at, next));
      at = next;
    }
  }

  private readonly open = (name: string, attributes: Readonly<Record<string, string>>, depth: number): void => {
    if (depth === 0) {
      if (name !== 'HealthData') throw new ParseFault('not_an_export', 'The XML is not an export of Apple Health.');
      return;
    }
    if (depth === 1) this.builder.clear();
    this.builder.begin(name, attributes);
  };

  private readonly close = (name: string, depth: number): void => {
    if (depth === 0) return;
    const element = this.builder.end();
    if (depth > 1) return;
    const position = this.children++;
    if (this.builder.isTooLarge) this.handler.tooLarge(name, position);
    else if (name === 'Record') this.handler.record(this.recordOf(element, position));
    else this.handler.element(element, position);
  };

  private recordOf(element: XmlElement, position: number): HealthRecord {
    const { record } = this.scanner;
    record.fill(element, position);
    return record;
  }
}
