import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

/** One cell of a column block; null is an absent value. */
export type BlockCell = number | string | null;

/** What belongs to one thing as columns: a route, the series of a workout, the voltages of an ECG. */
export interface ColumnBlock {
  /** Cells of each column. */
  readonly rows: number;
  readonly columns: Readonly<Record<string, readonly BlockCell[]>>;
}

/*
 * Version 1: one byte 1, then brotli of
 *   uint32 length, JSON `{"rows":n,"columns":[names in code-unit order]}`, and for each column
 *   one byte of which kinds of cell it has; with more than one kind, a byte for each row that says its kind;
 *   the numbers: one byte `places`, then either
 *     the numbers times 10^places as zigzag varints of the difference from the number before, or
 *     (places = 255) as doubles, first the lowest byte of each, then the next one;
 *   the texts: uint32 length, JSON of the different texts, a varint for each cell that says which one.
 */
const version = 1;

const hasNulls = 1;
const hasNumbers = 2;
const hasTexts = 4;

/** Decimal places tried before a column is written as plain doubles; instants have 3, to the microsecond. */
const maxPlaces = 6;
const plainDoubles = 255;

/** So that a difference, doubled by zigzag, is still an exact integer below 2^53. */
const maxInteger = 2 ** 51;

/** More cells than the bounds of any array that is read (32 columns of a million rows). */
const maxCells = 2 ** 25;

/** Eight bytes a number and one a kind for all cells, with as much again for texts. */
const maxDecodedBytes = 2 ** 29;

/** Brotli's encoder gives the same bytes on every machine; zlib's matches depend on the processor's instructions. */
const brotliParams = { [constants.BROTLI_PARAM_QUALITY]: 2, [constants.BROTLI_PARAM_LGWIN]: 20 };

function kindOf(cell: BlockCell): number {
  if (cell === null) return hasNulls;
  return typeof cell === 'number' ? hasNumbers : hasTexts;
}

function withLength(text: string): Buffer {
  const bytes = Buffer.byteLength(text);
  const out = Buffer.allocUnsafe(4 + bytes);
  out.writeUInt32LE(bytes);
  out.write(text, 4);
  return out;
}

/** Varints of at most 8 bytes, 7 bits a byte, lowest first; the high bit says that another follows. */
function encodeVarints(integers: Float64Array): Buffer {
  const out = Buffer.allocUnsafe(integers.length * 8);
  let at = 0;
  for (let i = 0; i < integers.length; i++) {
    let rest = integers[i] as number;
    while (rest >= 128) {
      const higher = Math.floor(rest / 128);
      out[at++] = rest - higher * 128 + 128;
      rest = higher;
    }
    out[at++] = rest;
  }
  return out.subarray(0, at);
}

/** The numbers times 10^places when that loses nothing, else null. */
function scale(numbers: readonly number[], places: number): Float64Array | null {
  const power = 10 ** places;
  const integers = new Float64Array(numbers.length);
  for (let i = 0; i < integers.length; i++) {
    const number = numbers[i] as number;
    // A negative zero becomes zero, so that it is not found to be the same and is written as a double.
    const integer = Math.round(number * power) + 0;
    if (!(Math.abs(integer) <= maxInteger) || !Object.is(integer / power, number)) return null;
    integers[i] = integer;
  }
  return integers;
}

function encodeNumbers(numbers: readonly number[]): Buffer[] {
  for (let places = 0; places <= maxPlaces; places++) {
    const integers = scale(numbers, places);
    if (integers === null) continue;
    for (let i = integers.length - 1; i >= 0; i--) {
      const difference = (integers[i] as number) - (i === 0 ? 0 : (integers[i - 1] as number));
      integers[i] = difference < 0 ? -2 * difference - 1 : 2 * difference;
    }
    return [Buffer.of(places), encodeVarints(integers)];
  }
  const count = numbers.length;
  const out = Buffer.allocUnsafe(count * 8);
  const double = Buffer.allocUnsafe(8);
  for (let i = 0; i < count; i++) {
    double.writeDoubleLE(numbers[i] as number);
    for (let byte = 0; byte < 8; byte++) out[byte * count + i] = double[byte] as number;
  }
  return [Buffer.of(plainDoubles), out];
}

function encodeTexts(texts: readonly string[]): Buffer[] {
  const places = new Map<string, number>();
  const indexes = new Float64Array(texts.length);
  texts.forEach((text, i) => {
    const place = places.get(text) ?? places.size;
    if (place === places.size) places.set(text, place);
    indexes[i] = place;
  });
  return [withLength(JSON.stringify([...places.keys()])), encodeVarints(indexes)];
}

function encodeColumn(cells: readonly BlockCell[]): Buffer[] {
  const kindOfRow = Buffer.allocUnsafe(cells.length);
  const numbers: number[] = [];
  const texts: string[] = [];
  let kinds = 0;
  for (let row = 0; row < cells.length; row++) {
    const cell = cells[row] as BlockCell;
    const kind = kindOf(cell);
    kinds |= kind;
    kindOfRow[row] = kind;
    if (typeof cell === 'number') numbers.push(cell);
    else if (cell !== null) texts.push(cell);
  }
  const isOneKind = kinds === hasNulls || kinds === hasNumbers || kinds === hasTexts;
  return [
    Buffer.of(kinds),
    ...(isOneKind ? [] : [kindOfRow]),
    ...(kinds & hasNumbers ? encodeNumbers(numbers) : []),
    ...(kinds & hasTexts ? encodeTexts(texts) : []),
  ];
}

/**
 * Columns as compressed bytes: the same block gives the same bytes, whatever the order its columns were named in.
 *
 * Every double and every text comes back exactly. Errors: throws RangeError when a column does not have `rows` cells,
 * or beyond 2^25 cells.
 */
export function encodeColumnBlock(block: ColumnBlock): Buffer {
  const names = Object.keys(block.columns).sort();
  if (block.rows * names.length > maxCells) throw new RangeError('too many cells for a column block');
  const parts = [withLength(JSON.stringify({ rows: block.rows, columns: names }))];
  for (const name of names) {
    const cells = block.columns[name] as readonly BlockCell[];
    if (cells.length !== block.rows) throw new RangeError(`column ${name} does not have ${block.rows} cells`);
    parts.push(...encodeColumn(cells));
  }
  const compressed = brotliCompressSync(Buffer.concat(parts), { params: brotliParams });
  return Buffer.concat([Buffer.of(version), compressed]);
}

/** Reads on through decompressed bytes; throws RangeError at their end. */
class BlockReader {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  take(length: number): Buffer {
    if (this.at + length > this.bytes.length) throw new RangeError('a column block ends early');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  json(): unknown {
    return JSON.parse(this.take(this.take(4).readUInt32LE()).toString());
  }

  varint(): number {
    let value = 0;
    for (let power = 1; power <= 2 ** 49; power *= 128) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw new RangeError('a column block ends early');
      value += (byte & 127) * power;
      if (byte < 128) return value;
    }
    throw new RangeError('a number of a column block does not end');
  }

  numbers(count: number): Float64Array {
    const numbers = new Float64Array(count);
    const places = this.take(1)[0] as number;
    if (places === plainDoubles) {
      const bytes = this.take(count * 8);
      const double = Buffer.allocUnsafe(8);
      for (let i = 0; i < count; i++) {
        for (let byte = 0; byte < 8; byte++) double[byte] = bytes[byte * count + i] as number;
        numbers[i] = double.readDoubleLE();
      }
      return numbers;
    }
    const power = 10 ** places;
    let integer = 0;
    for (let i = 0; i < count; i++) {
      const zigzag = this.varint();
      integer += zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
      numbers[i] = integer / power;
    }
    return numbers;
  }

  texts(count: number): string[] {
    const distinct = this.json() as string[];
    return Array.from({ length: count }, () => {
      const text = distinct[this.varint()];
      if (text === undefined) throw new RangeError('a text of a column block is missing');
      return text;
    });
  }

  column(rows: number): BlockCell[] {
    const kinds = this.take(1)[0] as number;
    if (kinds === hasNulls || rows === 0) return new Array<BlockCell>(rows).fill(null);
    if (kinds === hasNumbers) return Array.from(this.numbers(rows));
    if (kinds === hasTexts) return this.texts(rows);
    const kindOfRow = this.take(rows);
    const count = (kind: number): number => kindOfRow.reduce((sum, each) => (each === kind ? sum + 1 : sum), 0);
    const numbers = kinds & hasNumbers ? this.numbers(count(hasNumbers)) : new Float64Array();
    const texts = kinds & hasTexts ? this.texts(count(hasTexts)) : [];
    let number = 0;
    let text = 0;
    return Array.from(kindOfRow, (kind) => {
      if (kind === hasNulls) return null;
      return kind === hasNumbers ? (numbers[number++] as number) : (texts[text++] as string);
    });
  }
}

/**
 * The block that {@link encodeColumnBlock} made these bytes of; its columns are in code-unit order of their names.
 *
 * Errors: throws on an unknown version and on damaged bytes; never yields more than 2^25 cells or takes more than
 * 512 MiB to decompress.
 */
export function decodeColumnBlock(bytes: Buffer): { rows: number; columns: Record<string, BlockCell[]> } {
  if (bytes[0] !== version) throw new RangeError(`unknown version ${bytes[0]} of a column block`);
  const reader = new BlockReader(brotliDecompressSync(bytes.subarray(1), { maxOutputLength: maxDecodedBytes }));
  const { rows, columns } = reader.json() as { rows: number; columns: string[] };
  if (rows * columns.length > maxCells) throw new RangeError('too many cells in a column block');
  return { rows, columns: Object.fromEntries(columns.map((name) => [name, reader.column(rows)])) };
}
