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
function readPointTimeMs(value: JsonValue | undefined, offsetMinutes: number): number | null {
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

/** Where a field of a point goes. */
interface Target {
  readonly cells: BlockCell[];
  /** Absent for a field that is kept as it comes. */
  readonly number: PointNumber | undefined;
  /** The full spelling, where the field is another one of it. */
  readonly fullName: string | undefined;
}

/** What is the same for all points of one array. */
interface Run {
  readonly shape: PointShape;
  readonly offsetMinutes: number;
  /** How many needed numbers the shape has. */
  readonly needed: number;
  readonly instants: BlockCell[];
  /** By the fields' names, found once; null for a name that a field may not have. */
  readonly targets: Map<string, Target | null>;
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
    const run: Run = {
      shape,
      offsetMinutes,
      needed: Object.values(shape.numbers).filter((number) => number.isNeeded).length,
      instants: this.cellsOf(timeColumn),
      targets: new Map([timeColumn, ...Object.keys(constants)].map((name) => [name, null])),
    };
    const constantCells = Object.entries(constants).map(([name, cell]) => ({ cells: this.cellsOf(name), cell }));
    let unreadable = 0;
    for (const point of points) {
      const row = this.rows++;
      for (const { cells, cell } of constantCells) setCell(cells, row, cell);
      if (!isJsonObject(point) || !this.addPoint(point, row, run)) unreadable++;
      // A hostile array must not be walked to its end once it is known to be one.
      if (!this.isUsable) break;
    }
    return unreadable;
  }

  /** A column's cells, in the order of the points. */
  column(name: string): readonly BlockCell[] {
    const cells = this.columns.get(name) ?? [];
    padTo(cells, this.rows);
    return cells;
  }

  /** The points as a compressed column block. */
  encode(): Buffer {
    const names = [...this.columns.keys()];
    const columns = Object.fromEntries(names.map((name) => [name, this.column(name)]));
    return encodeColumnBlock({ rows: this.rows, columns });
  }

  /** Returns whether everything of the point could be read. */
  private addPoint(point: JsonObject, row: number, run: Run): boolean {
    const timeKey = run.shape.timeKeys.find((key) => Object.hasOwn(point, key)) ?? '';
    const atMs = readPointTimeMs(point[timeKey], run.offsetMinutes);
    setCell(run.instants, row, atMs);
    let isReadable = atMs !== null;
    let found = 0;
    for (const key of Object.keys(point)) {
      if (key === timeKey) continue;
      let target = run.targets.get(key);
      if (target === undefined) {
        target = this.targetOf(key, run.shape);
        run.targets.set(key, target);
      }
      // Were both spellings sent, the order of the keys must not decide.
      if (target === null || (target.fullName !== undefined && Object.hasOwn(point, target.fullName))) continue;
      const { number } = target;
      const value = point[key] as JsonValue;
      const cell = number === undefined ? this.toCell(value) : toNumber(value, number);
      if (cell === undefined) isReadable = false;
      else if (cell !== null && number?.isNeeded) found++;
      setCell(target.cells, row, cell ?? null);
    }
    return isReadable && found === run.needed;
  }

  private cellsOf(name: string): BlockCell[] {
    const cells = this.columns.get(name) ?? [];
    this.columns.set(name, cells);
    return cells;
  }

  private targetOf(key: string, shape: PointShape): Target {
    const fullName = Object.hasOwn(shape.aliases, key) ? shape.aliases[key] : undefined;
    const name = fullName ?? key;
    const number = Object.hasOwn(shape.numbers, name) ? shape.numbers[name] : undefined;
    return { cells: this.cellsOf(name), number, fullName };
  }

  private toCell(value: JsonValue): BlockCell {
    if (value === null) return null;
    if (typeof value === 'number') return Number.isFinite(value) ? value : null;
    const text = typeof value === 'string' ? value : jsonOf(value);
    this.textLength += text?.length ?? 0;
    return text;
  }
}

function padTo(cells: BlockCell[], rows: number): void {
  while (cells.length < rows) cells.push(null);
}

function setCell(cells: BlockCell[], row: number, cell: BlockCell): void {
  padTo(cells, row);
  cells[row] = cell;
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
