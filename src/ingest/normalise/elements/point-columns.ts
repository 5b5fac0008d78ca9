import type { BlockCell } from '../../../catalogue/column-block';
import { encodeColumnBlock } from '../../../catalogue/column-block';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../catalogue/json';
import { parseInstant } from '../../../catalogue/parse-instant';
import type { PointNumber, PointShape } from './point-shape';
import { readDetails } from './read-details';

/** The column of a point's instant, in ms since 1970; a point may also have a field of that name, which is not kept. */
const timeColumn = 'at_ms';

/** Four times what any point was seen with. */
const maxColumns = 32;

/** UTF-16 units of all texts of one block: a quarter of a million sources of the longest kind seen. */
const maxTextLength = 2 ** 24;

/**
 * The instant of a point, in ms since 1970, to the microsecond: an ECG has a voltage every 1.95 ms. A wall-clock reading
 * is taken in the offset of the thing it belongs to. Null when unreadable.
 */
export function readPointTimeMs(value: JsonValue | undefined, offsetMinutes: number): number | null {
  const instant = parseInstant(value);
  if (instant === null) return null;
  if (typeof value === 'number') {
    const isInMs = Math.abs(instant.atMs - value) <= 1;
    return Math.round(value * (isInMs ? 1e3 : 1e6)) / 1e3;
  }
  // Digits alone are epoch seconds, an instant as they stand.
  const isWallClock = !instant.hasOffset && /[^\d.]/.test(String(value));
  return isWallClock ? instant.atMs - offsetMinutes * 60_000 : instant.atMs;
}

/**
 * The points of one or several arrays of a thing as columns: `at_ms`, the numbers of their shape, and every other field
 * under its own name. A row a point, in the order sent; one that cannot be read is a row of nulls, and is counted.
 */
export class PointColumns {
  /** Points added. */
  rows = 0;
  private textLength = 0;
  private readonly columns = new Map<string, BlockCell[]>();

  /** False when the points are more than a block may hold, in which case it is of no use. */
  get isUsable(): boolean {
    return this.columns.size <= maxColumns && this.textLength <= maxTextLength;
  }

  /**
   * Adds an array's points and returns how many of them are unreadable in some part. `constants` are cells that each of
   * their rows gets; a point's own field of that name is not kept.
   */
  add(
    points: readonly JsonValue[],
    shape: PointShape,
    offsetMinutes: number,
    constants: Readonly<Record<string, string>> = {},
  ): number {
    const needed = Object.values(shape.numbers).filter((number) => number.isNeeded).length;
    let unreadable = 0;
    for (const point of points) {
      const row = this.rows++;
      for (const name of Object.keys(constants)) this.set(row, name, constants[name] as string);
      const readable = isJsonObject(point) ? this.addPoint(row, point, shape, offsetMinutes, constants) : -1;
      if (readable !== needed) unreadable++;
      // A hostile array must not be walked to its end once it is known to be one.
      if (!this.isUsable) break;
    }
    return unreadable;
  }

  /** A column's cells, in the order of the points. */
  column(name: string): readonly BlockCell[] {
    const cells = this.columns.get(name) ?? [];
    while (cells.length < this.rows) cells.push(null);
    return cells;
  }

  /** The points as a compressed column block. */
  encode(): Buffer {
    const names = [...this.columns.keys()];
    const columns = Object.fromEntries(names.map((name) => [name, this.column(name)]));
    return encodeColumnBlock({ rows: this.rows, columns });
  }

  /** Returns how many of the needed numbers are there, or -1 when anything is unreadable. */
  private addPoint(
    row: number,
    point: JsonObject,
    shape: PointShape,
    offsetMinutes: number,
    constants: Readonly<Record<string, string>>,
  ): number {
    const timeKey = shape.timeKeys.find((key) => Object.hasOwn(point, key)) ?? '';
    const atMs = readPointTimeMs(point[timeKey], offsetMinutes);
    this.set(row, timeColumn, atMs);
    let isReadable = atMs !== null;
    let found = 0;
    for (const key of Object.keys(point)) {
      if (key === timeKey || key === timeColumn || Object.hasOwn(constants, key)) continue;
      const alias = Object.hasOwn(shape.aliases, key) ? shape.aliases[key] : undefined;
      // Were both spellings sent, the order of the keys must not decide.
      if (alias !== undefined && Object.hasOwn(point, alias)) continue;
      const name = alias ?? key;
      const value = point[key] as JsonValue;
      const number = Object.hasOwn(shape.numbers, name) ? shape.numbers[name] : undefined;
      if (number === undefined) this.set(row, name, this.toText(value));
      else {
        const cell = toNumber(value, number);
        if (cell === undefined) isReadable = false;
        else if (cell !== null && number.isNeeded) found++;
        this.set(row, name, cell ?? null);
      }
    }
    return isReadable ? found : -1;
  }

  private set(row: number, name: string, cell: BlockCell): void {
    const cells = this.columns.get(name) ?? [];
    if (cells.length === 0) this.columns.set(name, cells);
    while (cells.length < row) cells.push(null);
    cells[row] = cell;
  }

  private toText(value: JsonValue): BlockCell {
    if (value === null) return null;
    if (typeof value === 'number') return Number.isFinite(value) ? value : null;
    const text = typeof value === 'string' ? value : jsonOf(value);
    this.textLength += text?.length ?? 0;
    return text;
  }
}

function jsonOf(value: JsonValue): string | null {
  const details = readDetails(value);
  return typeof details === 'string' ? null : details.json;
}

/** Null for what is not known, undefined for what is no such number. */
function toNumber(value: JsonValue, number: PointNumber): number | null | undefined {
  if (value === null) return null;
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  if (value < 0 && number.isUnknownBelowZero) return null;
  return value < (number.min ?? value) || value > (number.max ?? value) ? undefined : value;
}
