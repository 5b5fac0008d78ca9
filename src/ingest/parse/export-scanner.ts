import type { ByteWindow } from './byte-window';
import { Action, actions, Expect, primitiveEnd, stringEnd } from './json-grammar';
import { ParseFault } from './parse-fault';
import type { ParseLimits } from './parse-limits';
import type { ScanFrame } from './scan-frame';

// An imported name is looked up in its module at each use, which can cost the loop below half of its speed.
const actionAt = actions;
const skipString = stringEnd;
const skipPrimitive = primitiveEnd;
const { pass, beginString, beginPrimitive, beginKey, colon, comma } = Action;
const { openObject, openArray, closeObject, closeArray } = Action;
const { value, valueOrEnd, key, keyOrEnd, colon: afterKey, commaOrEnd, nothing } = Expect;

/** What a chunk's end has cut. */
enum Token {
  none,
  key,
  string,
  primitive,
}

/** U+FEFF, which may stand before the document. */
const byteOrderMark = [0xef, 0xbb, 0xbf];

/** What is missing where another byte is met, for the message. */
const wanted: Readonly<Record<number, string>> = {
  [Expect.value]: 'a value is missing',
  [Expect.valueOrEnd]: 'a value or an end is missing',
  [Expect.key]: 'a key is missing',
  [Expect.keyOrEnd]: 'a key or an end is missing',
  [Expect.colon]: 'a colon is missing',
  [Expect.commaOrEnd]: 'a comma or an end is missing',
  [Expect.nothing]: 'something follows the document',
};

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
  private expect: number = value;
  private token = Token.none;
  private tokenStart = 0;
  private depth = 0;
  /** Of each open container, by depth; the first is the document. */
  private readonly isArray: boolean[] = [false];
  private readonly keyCounts: number[] = [0];
  private readonly starts: number[] = [0];
  /** Null where it is opaque. */
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
    const { bytes, start } = this.window;
    const stop = this.window.end - start;
    if (this.token !== Token.none && !this.finishToken(stop)) return;
    // Positions in the window; those that frames are told and the scanner keeps are in the document.
    let at = this.at - start;
    let { expect } = this;
    let frame = this.frames[this.depth] as ScanFrame | null;
    while (at < stop) {
      const action = actionAt[expect + (bytes[at] as number)];
      if (action === beginString || action === beginPrimitive) {
        const isString = action === beginString;
        const end = isString ? skipString(bytes, at + 1, stop) : skipPrimitive(bytes, at + 1, stop);
        if (end < 0) {
          this.cut(isString ? Token.string : Token.primitive, start + at, start + ~end);
          return;
        }
        if (frame !== null) frame.value(start + at, start + end, undefined);
        expect = this.afterValue();
        at = end;
      } else if (action === beginKey) {
        const end = skipString(bytes, at + 1, stop);
        if (end < 0) {
          this.cut(Token.key, start + at, start + ~end);
          return;
        }
        this.countKey(start + at);
        if (frame !== null) frame.key(start + at, start + end);
        expect = afterKey;
        at = end;
      } else if (action === colon) {
        expect = value;
        at++;
      } else if (action === comma) {
        if (frame !== null) frame.comma();
        expect = this.isArray[this.depth] ? value : key;
        at++;
      } else if (action === openObject || action === openArray) {
        const isArray = action === openArray;
        frame = this.open(isArray, start + at);
        expect = isArray ? valueOrEnd : keyOrEnd;
        at++;
      } else if (action === closeObject || action === closeArray) {
        frame = this.close(action === closeArray, start + at);
        expect = this.afterValue();
        at++;
      } else if (action === pass || this.isByteOrderMark(bytes[at], start + at)) at++;
      else throw this.malformed(wanted[expect] as string, start + at);
    }
    this.at = start + at;
    this.expect = expect;
  }

  /** The first position that a frame will want to see again. Throws {@link ParseFault} for what is too large. */
  keepsFrom(): number {
    let from = this.at;
    for (let depth = 0; depth <= this.depth; depth++) {
      const frame = this.frames[depth] as ScanFrame | null;
      if (frame === null) break;
      let underWay = this.token === Token.none ? this.at : this.tokenStart;
      if (depth < this.depth) underWay = this.starts[depth + 1] as number;
      from = Math.min(from, frame.keepsFrom(underWay, this.at));
    }
    return from;
  }

  /** The document has ended. */
  finish(): void {
    if (this.token === Token.primitive) this.endToken();
    if (this.token !== Token.none) throw this.malformed('a string does not end', this.at);
    if (this.expect !== nothing) throw this.malformed('the document ends too early', this.at);
  }

  /** The window ends inside a token, which goes on at `at`. */
  private cut(token: Token, tokenStart: number, at: number): void {
    this.token = token;
    this.tokenStart = tokenStart;
    this.at = at;
  }

  /** Goes on with a token that was cut; false when it has not ended yet. */
  private finishToken(stop: number): boolean {
    const { bytes, start } = this.window;
    const skip = this.token === Token.primitive ? skipPrimitive : skipString;
    const end = skip(bytes, this.at - start, stop);
    this.at = start + (end < 0 ? ~end : end);
    if (end < 0) return false;
    this.endToken();
    return true;
  }

  private endToken(): void {
    const frame = this.frames[this.depth];
    if (this.token === Token.key) {
      this.countKey(this.tokenStart);
      frame?.key(this.tokenStart, this.at);
      this.expect = afterKey;
    } else {
      frame?.value(this.tokenStart, this.at, undefined);
      this.expect = this.afterValue();
    }
    this.token = Token.none;
  }

  private afterValue(): number {
    return this.depth === 0 ? nothing : commaOrEnd;
  }

  private countKey(start: number): void {
    const count = (this.keyCounts[this.depth] as number) + 1;
    this.keyCounts[this.depth] = count;
    if (count <= this.limits.maxKeysPerObject) return;
    throw new ParseFault(
      'json_too_many_keys',
      `An object has more than ${this.limits.maxKeysPerObject} keys, at byte ${start}.`,
    );
  }

  /** A container begins; its frame. */
  private open(isArray: boolean, start: number): ScanFrame | null {
    if (this.depth >= this.limits.maxDepth) {
      throw new ParseFault(
        'json_too_deep',
        `The document is nested deeper than ${this.limits.maxDepth} levels, at byte ${start}.`,
      );
    }
    const outer = this.frames[this.depth] as ScanFrame | null;
    const frame = outer === null ? null : outer.open(isArray, start);
    this.depth++;
    this.frames[this.depth] = frame;
    this.starts[this.depth] = start;
    this.isArray[this.depth] = isArray;
    this.keyCounts[this.depth] = 0;
    return frame;
  }

  /** A container ends with the byte at `last`; the frame of the one around it. */
  private close(isArray: boolean, last: number): ScanFrame | null {
    if (this.depth === 0 || this.isArray[this.depth] !== isArray)
      throw this.malformed('the wrong bracket closes', last);
    const frame = this.frames[this.depth] as ScanFrame | null;
    const start = this.starts[this.depth] as number;
    this.depth--;
    if (frame !== null) frame.end();
    const outer = this.frames[this.depth] as ScanFrame | null;
    if (outer !== null) outer.value(start, last + 1, frame);
    return outer;
  }

  /** U+FEFF is passed over at the very beginning; elsewhere none of its bytes comes at these positions. */
  private isByteOrderMark(byte: number | undefined, at: number): boolean {
    return byte === byteOrderMark[at] && at < byteOrderMark.length;
  }

  private malformed(what: string, at: number): ParseFault {
    return new ParseFault('json_malformed', `Not legal JSON: ${what}, at byte ${at}.`);
  }
}
