import { DocumentFrame } from './envelope.frame';
import type { ExportIndex } from './export-index';
import { IndexUnderWay } from './index-under-way';
import { ParseFault } from './parse-fault';
import type { ParseLimits } from './parse-limits';
import type { ScanFrame } from './scan-frame';

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/** What the grammar allows next. */
enum Expect {
  value,
  valueOrEnd,
  key,
  keyOrEnd,
  colon,
  commaOrEnd,
  nothing,
}

const isObject = 1;
const isArray = 2;

/** Bytes that may begin a number or a literal: `-`, digits, `t`, `f`, `n`. What follows is left to `JSON.parse`. */
const beginsPrimitive = new Uint8Array(256);
for (const char of '-0123456789tfn') beginsPrimitive[char.charCodeAt(0)] = 1;

/** Bytes that end a number or a literal. */
const endsPrimitive = new Uint8Array(256);
for (const char of ' \t\r\n,:]}[{"') endsPrimitive[char.charCodeAt(0)] = 1;

/**
 * Walks the bytes of a document once, checks its structure, and finds the edges of the elements, without building
 * anything: numbers, literals and the insides of strings are left to `JSON.parse`, which every byte of every element
 * reaches later.
 *
 * `run` works until about `untilByte` and can be called again, so that the event loop is let go in between.
 * Errors: throws {@link ParseFault}; the scanner is then not to be used any more.
 * Expects valid UTF-8: all structural bytes are ASCII, and no byte of a longer character looks like one.
 */
export class ExportScanner {
  private at: number;
  private expect = Expect.value;
  private depth = 0;
  private readonly containers: Uint8Array;
  private readonly keyCounts: Uint32Array;
  private readonly starts: Float64Array;
  /** The frame of each open container, by depth; null where it is opaque. */
  private readonly frames: (ScanFrame | null)[];
  private readonly index: IndexUnderWay;

  constructor(
    private readonly bytes: Buffer,
    private readonly limits: ParseLimits,
  ) {
    this.containers = new Uint8Array(limits.maxDepth + 2);
    this.keyCounts = new Uint32Array(limits.maxDepth + 2);
    this.starts = new Float64Array(limits.maxDepth + 2);
    this.index = new IndexUnderWay(bytes, limits);
    this.frames = [new DocumentFrame(this.index)];
    const hasByteOrderMark = bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    this.at = hasByteOrderMark ? 3 : 0;
  }

  /** Goes on to `untilByte` or a little further; true when the document is done. */
  run(untilByte: number): boolean {
    const { bytes } = this;
    const stop = Math.min(untilByte, bytes.length);
    while (this.at < stop) {
      const byte = bytes[this.at] as number;
      if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) this.at++;
      else this.token(byte);
    }
    if (this.at < bytes.length) return false;
    if (this.expect !== Expect.nothing) throw this.malformed('the document ends too early');
    return true;
  }

  /** The index of a document that is done. */
  result(): ExportIndex {
    return this.index;
  }

  private token(byte: number): void {
    switch (this.expect) {
      case Expect.valueOrEnd:
        if (byte === closeBracket) this.close(isArray);
        else this.value(byte);
        break;
      case Expect.value:
        this.value(byte);
        break;
      case Expect.keyOrEnd:
        if (byte === closeBrace) this.close(isObject);
        else this.key(byte);
        break;
      case Expect.key:
        this.key(byte);
        break;
      case Expect.colon:
        if (byte !== colon) throw this.malformed('a colon is missing');
        this.at++;
        this.expect = Expect.value;
        break;
      case Expect.commaOrEnd:
        if (byte === comma) this.comma();
        else if (byte === closeBrace) this.close(isObject);
        else if (byte === closeBracket) this.close(isArray);
        else throw this.malformed('a comma or an end is missing');
        break;
      default:
        throw this.malformed('something follows the document');
    }
  }

  private value(byte: number): void {
    if (byte === openBrace) this.open(isObject);
    else if (byte === openBracket) this.open(isArray);
    else this.scalar(byte);
  }

  private scalar(byte: number): void {
    const start = this.at;
    if (byte === quote) this.skipString();
    else if (beginsPrimitive[byte] === 1) this.skipPrimitive();
    else throw this.malformed('a value is missing');
    this.frames[this.depth]?.value(start, this.at, undefined);
    this.expect = this.depth === 0 ? Expect.nothing : Expect.commaOrEnd;
  }

  private key(byte: number): void {
    if (byte !== quote) throw this.malformed('a key is missing');
    const start = this.at;
    this.skipString();
    const count = (this.keyCounts[this.depth] as number) + 1;
    if (count > this.limits.maxKeysPerObject) {
      throw new ParseFault(
        'json_too_many_keys',
        `An object has more than ${this.limits.maxKeysPerObject} keys, at byte ${start}.`,
      );
    }
    this.keyCounts[this.depth] = count;
    this.frames[this.depth]?.key(start, this.at);
    this.expect = Expect.colon;
  }

  private open(container: number): void {
    if (this.depth >= this.limits.maxDepth) {
      throw new ParseFault(
        'json_too_deep',
        `The document is nested deeper than ${this.limits.maxDepth} levels, at byte ${this.at}.`,
      );
    }
    const frame = this.frames[this.depth]?.open(container === isArray) ?? null;
    this.depth++;
    this.frames[this.depth] = frame;
    this.starts[this.depth] = this.at;
    this.containers[this.depth] = container;
    this.keyCounts[this.depth] = 0;
    this.at++;
    this.expect = container === isArray ? Expect.valueOrEnd : Expect.keyOrEnd;
  }

  private close(container: number): void {
    if (this.containers[this.depth] !== container) throw this.malformed('the wrong bracket closes');
    const frame = this.frames[this.depth] as ScanFrame | null;
    const start = this.starts[this.depth] as number;
    this.depth--;
    this.at++;
    frame?.end();
    this.frames[this.depth]?.value(start, this.at, frame);
    this.expect = this.depth === 0 ? Expect.nothing : Expect.commaOrEnd;
  }

  private comma(): void {
    this.frames[this.depth]?.comma();
    this.at++;
    this.expect = this.containers[this.depth] === isArray ? Expect.value : Expect.key;
  }

  private skipPrimitive(): void {
    const { bytes } = this;
    let at = this.at + 1;
    while (at < bytes.length && endsPrimitive[bytes[at] as number] === 0) at++;
    this.at = at;
  }

  private skipString(): void {
    const { bytes } = this;
    let at = this.at + 1;
    for (;;) {
      if (at >= bytes.length) throw this.malformed('a string does not end');
      const byte = bytes[at] as number;
      if (byte === quote) break;
      at += byte === backslash ? 2 : 1;
    }
    this.at = at + 1;
  }

  private malformed(what: string): ParseFault {
    return new ParseFault('json_malformed', `Not legal JSON: ${what}, at byte ${this.at}.`);
  }
}
