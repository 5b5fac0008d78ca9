import type { ByteWindow } from './byte-window';
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

/** What a chunk's end has cut. */
enum Token {
  none,
  key,
  string,
  primitive,
}

const isObject = 1;
const isArray = 2;

/** Bytes that may begin a number or a literal: `-`, digits, `t`, `f`, `n`. What follows is left to `JSON.parse`. */
const beginsPrimitive = new Uint8Array(256);
for (const char of '-0123456789tfn') beginsPrimitive[char.charCodeAt(0)] = 1;

/** U+FEFF, which may stand before the document. */
const byteOrderMark = [0xef, 0xbb, 0xbf];

/** Bytes that end a number or a literal. */
const endsPrimitive = new Uint8Array(256);
for (const char of ' \t\r\n,:]}[{"') endsPrimitive[char.charCodeAt(0)] = 1;

/**
 * Walks the bytes of a document once, checks its structure, and finds the edges of the elements, without building
 * anything: numbers, literals and the insides of strings are left to `JSON.parse`, which every byte of every element
 * reaches at another time.
 *
 * `run` goes to the end of what the window has and is called again when it has more; the document may be cut anywhere,
 * also inside a string, an escape, a character or a number.
 * Errors: throws {@link ParseFault}; the scanner is then not to be used any more.
 * Expects valid UTF-8: all structural bytes are ASCII, and no byte of a longer character looks like one.
 */
export class ExportScanner {
  /** Position of the next byte; one beyond the end of the window where a backslash was its last byte. */
  private at = 0;
  private expect = Expect.value;
  private token = Token.none;
  private tokenStart = 0;
  private depth = 0;
  private readonly containers: number[] = [0];
  private readonly keyCounts: number[] = [0];
  private readonly starts: number[] = [0];
  /** The frame of each open container, by depth; null where it is opaque. */
  private readonly frames: (ScanFrame | null)[];

  constructor(
    private readonly window: ByteWindow,
    private readonly limits: ParseLimits,
    document: ScanFrame,
  ) {
    this.frames = [document];
  }

  /** Goes on to the end of the window. */
  run(): void {
    if (this.token !== Token.none) this.finishToken();
    const { bytes, start, end } = this.window;
    while (this.at < end) {
      const byte = bytes[this.at - start] as number;
      if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) this.at++;
      else this.step(byte);
    }
  }

  /** The first position that a frame will want to see again. Throws {@link ParseFault} for what is too large. */
  keepsFrom(): number {
    let from = this.at;
    for (let depth = 0; depth <= this.depth; depth++) {
      const frame = this.frames[depth] ?? null;
      if (frame === null) break;
      let underWay = this.token === Token.none ? this.at : this.tokenStart;
      if (depth < this.depth) underWay = this.starts[depth + 1] as number;
      from = Math.min(from, frame.keepsFrom(underWay, this.at));
    }
    return from;
  }

  /** The document has ended. */
  finish(): void {
    if (this.token === Token.primitive) this.endScalar();
    if (this.token !== Token.none) throw this.malformed('a string does not end');
    if (this.expect !== Expect.nothing) throw this.malformed('the document ends too early');
  }

  private step(byte: number): void {
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
    else if (byte === quote) this.begin(Token.string);
    else if (beginsPrimitive[byte] === 1) this.begin(Token.primitive);
    else if (byte === byteOrderMark[this.at]) this.at++;
    else throw this.malformed('a value is missing');
  }

  private key(byte: number): void {
    if (byte !== quote) throw this.malformed('a key is missing');
    this.begin(Token.key);
  }

  private begin(token: Token): void {
    this.token = token;
    this.tokenStart = this.at++;
    this.finishToken();
  }

  /** Goes on with a token, to its end or that of the window. */
  private finishToken(): void {
    if (this.token === Token.primitive) {
      if (this.skipPrimitive()) this.endScalar();
    } else if (this.skipString()) {
      if (this.token === Token.key) this.endKey();
      else this.endScalar();
    }
  }

  private endScalar(): void {
    this.token = Token.none;
    this.frames[this.depth]?.value(this.tokenStart, this.at, undefined);
    this.expect = this.depth === 0 ? Expect.nothing : Expect.commaOrEnd;
  }

  private endKey(): void {
    this.token = Token.none;
    const count = (this.keyCounts[this.depth] as number) + 1;
    if (count > this.limits.maxKeysPerObject) {
      throw new ParseFault(
        'json_too_many_keys',
        `An object has more than ${this.limits.maxKeysPerObject} keys, at byte ${this.tokenStart}.`,
      );
    }
    this.keyCounts[this.depth] = count;
    this.frames[this.depth]?.key(this.tokenStart, this.at);
    this.expect = Expect.colon;
  }

  private open(container: number): void {
    if (this.depth >= this.limits.maxDepth) {
      throw new ParseFault(
        'json_too_deep',
        `The document is nested deeper than ${this.limits.maxDepth} levels, at byte ${this.at}.`,
      );
    }
    const frame = this.frames[this.depth]?.open(container === isArray, this.at) ?? null;
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

  private skipPrimitive(): boolean {
    const { bytes, start, end } = this.window;
    let at = this.at;
    while (at < end && endsPrimitive[bytes[at - start] as number] === 0) at++;
    this.at = at;
    return at < end;
  }

  private skipString(): boolean {
    const { bytes, start, end } = this.window;
    let at = this.at;
    while (at < end) {
      const byte = bytes[at - start] as number;
      if (byte === quote) {
        this.at = at + 1;
        return true;
      }
      at += byte === backslash ? 2 : 1;
    }
    this.at = at;
    return false;
  }

  private malformed(what: string): ParseFault {
    return new ParseFault('json_malformed', `Not legal JSON: ${what}, at byte ${this.at}.`);
  }
}
