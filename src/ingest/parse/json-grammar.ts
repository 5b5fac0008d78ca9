/** What the grammar of JSON allows next, as an offset into {@link actions}. */
export const Expect = {
  value: 0,
  valueOrEnd: 1 * 256,
  key: 2 * 256,
  keyOrEnd: 3 * 256,
  colon: 4 * 256,
  commaOrEnd: 5 * 256,
  nothing: 6 * 256,
} as const;

/** What to do with a byte. */
export const Action = {
  /** The byte is not allowed here. */
  refuse: 0,
  pass: 1,
  beginString: 2,
  beginPrimitive: 3,
  beginKey: 4,
  colon: 5,
  comma: 6,
  openObject: 7,
  openArray: 8,
  closeObject: 9,
  closeArray: 10,
} as const;

/** The action for a byte where something is expected, at `expect + byte`: one look a token is what makes the scan fast. */
export const actions = new Uint8Array(7 * 256);

function allow(expects: readonly number[], bytes: string, action: number): void {
  for (const expect of expects) for (const char of bytes) actions[expect + char.charCodeAt(0)] = action;
}

const { value, valueOrEnd, key, keyOrEnd, colon, commaOrEnd } = Expect;
allow(Object.values(Expect), ' \t\r\n', Action.pass);
allow([value, valueOrEnd], '"', Action.beginString);
// What follows the first byte of a number or a literal is left to `JSON.parse`.
allow([value, valueOrEnd], '-0123456789tfn', Action.beginPrimitive);
allow([value, valueOrEnd], '{', Action.openObject);
allow([value, valueOrEnd], '[', Action.openArray);
allow([key, keyOrEnd], '"', Action.beginKey);
allow([colon], ':', Action.colon);
allow([commaOrEnd], ',', Action.comma);
allow([commaOrEnd, keyOrEnd], '}', Action.closeObject);
allow([commaOrEnd, valueOrEnd], ']', Action.closeArray);

const quote = 0x22;
const backslash = 0x5c;

/** Bytes that end a number or a literal. */
const endsPrimitive = new Uint8Array(256);
for (const char of ' \t\r\n,:]}[{"') endsPrimitive[char.charCodeAt(0)] = 1;

/**
 * Where a string ends, from a place inside it: after its quote. When it does not end before `stop`, the bitwise
 * complement of where to go on, which is one beyond `stop` when a backslash stands before it.
 */
export function stringEnd(bytes: Uint8Array, from: number, stop: number): number {
  let at = from;
  while (at < stop) {
    const byte = bytes[at] as number;
    if (byte === quote) return at + 1;
    at += byte === backslash ? 2 : 1;
  }
  return ~at;
}

/** Where a number or a literal ends, from a place inside it; the complement of `stop` when it may go on there. */
export function primitiveEnd(bytes: Uint8Array, from: number, stop: number): number {
  let at = from;
  while (at < stop) {
    if (endsPrimitive[bytes[at] as number] === 1) return at;
    at++;
  }
  return ~at;
}
