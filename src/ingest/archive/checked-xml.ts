import { StringDecoder } from 'node:string_decoder';
import { SaxesParser } from 'saxes';
import { ParseFault } from '../parse/parse-fault';
import { Utf8Check } from '../parse/utf8-check';

/** What is told of a document, tag by tag. */
export interface XmlHandler {
  /** `depth` is 0 for the root. An element that is closed at once is told twice too. */
  open(name: string, attributes: Readonly<Record<string, string>>, depth: number): void;
  close(name: string, depth: number): void;
  /** Texts between tags, in pieces; not told without it. */
  text?(text: string): void;
}

/** The deepest thing in an export is six deep. */
const maxDepth = 32;

/** Bytes from one tag to the next: the DTD with its comments has 12 KB, the longest tag under 4 KB. */
const maxTagBytes = 1024 * 1024;

/**
 * The XML parser with bounds: as strict as XML 1.0 without a validating DTD, which is passed over unread, so that a
 * broken one does no harm and its entities do not exist.
 *
 * Memory: what stands between two tags, at most 1 MiB.
 * Errors: `feed` and `finish` throw ParseFault with the place and never with what stands there.
 */
export class CheckedXml {
  /** How many elements are open. */
  depth = 0;
  /** True when the bytes that were fed last ended a tag. */
  hasEndedTag = false;
  private hasRoot = false;
  private readonly parser = new SaxesParser({
    xmlns: false,
    position: false,
    forceXMLVersion: true,
    defaultXMLVersion: '1.0',
  } as const);
  private readonly decoder = new StringDecoder('utf8');
  private readonly utf8 = new Utf8Check();
  private bytes = 0;
  private bytesSinceTag = 0;

  /** `place` is where in the document the bytes are, for the messages; asked when something is wrong. */
  constructor(
    private readonly handler: XmlHandler,
    private readonly place: () => number = () => this.bytes,
  ) {
    this.parser.on('error', () => {
      throw this.malformed();
    });
    this.parser.on('opentag', ({ name, attributes }) => this.onOpen(name, attributes));
    this.parser.on('closetag', ({ name }) => this.onClose(name));
    if (handler.text !== undefined) this.parser.on('text', (text) => handler.text?.(text));
  }

  /** Takes the next bytes, which were checked to be UTF-8. */
  feed(bytes: Buffer): void {
    this.hasEndedTag = false;
    this.bytes += bytes.length;
    this.bytesSinceTag += bytes.length;
    this.parser.write(this.decoder.write(bytes));
    if (this.bytesSinceTag > maxTagBytes) {
      throw new ParseFault(
        'xml_tag_too_large',
        `A tag is larger than ${maxTagBytes} bytes, before byte ${this.place()}.`,
      );
    }
  }

  /** Takes the next bytes of any kind. */
  feedUnchecked(bytes: Buffer): void {
    if (!this.utf8.accepts(bytes)) throw new ParseFault('encoding_broken', 'The XML is not UTF-8.');
    this.feed(bytes);
  }

  /** The document has ended. */
  finish(): void {
    if (!this.hasRoot || this.depth > 0) throw this.malformed();
    this.parser.close();
  }

  private malformed(): ParseFault {
    return new ParseFault('xml_malformed', `The XML is not well-formed, before or at byte ${this.place()}.`);
  }

  private onOpen(name: string, attributes: Record<string, string>): void {
    this.hasRoot = true;
    this.endTag();
    if (this.depth === maxDepth) {
      throw new ParseFault('xml_too_deep', `The XML is nested deeper than ${maxDepth} elements.`);
    }
    this.handler.open(name, attributes, this.depth++);
  }

  private onClose(name: string): void {
    this.endTag();
    this.handler.close(name, --this.depth);
  }

  private endTag(): void {
    this.hasEndedTag = true;
    this.bytesSinceTag = 0;
  }
}
