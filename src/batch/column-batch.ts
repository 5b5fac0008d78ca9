import type { ColumnType, Family, FamilyColumn } from '../catalogue/family';

/** What one cell can be given as; see {@link ColumnBatch} for the units. */
export type Cell = string | number | boolean | Buffer | null;

const numericTypes: ReadonlySet<ColumnType> = new Set(['bool', 'date', 'float8', 'int2', 'int4', 'timestamptz']);

/** A column of numbers; NaN stands for NULL. `values` is longer than the batch and is replaced when it grows. */
export interface NumberColumn {
  readonly kind: 'number';
  readonly type: ColumnType;
  values: Float64Array;
}

/** A column of texts (`text`, `uuid`, `jsonb`) or bytes (`bytea`); null stands for NULL. */
export interface ObjectColumn {
  readonly kind: 'object';
  readonly type: ColumnType;
  readonly values: (string | Buffer | null)[];
}

/** One column of a batch. */
export type BatchColumn = NumberColumn | ObjectColumn;

/** Below this many rows a batch grows by four and not by two: what is copied on the way is a third of it. */
const smallRows = 16_384;

/** Rows that are made NULL at once, ahead of being added: to fill a whole new capacity touches memory that nobody uses. */
const blankRows = 1024;

function createColumn(column: FamilyColumn, capacity: number): BatchColumn {
  return numericTypes.has(column.type)
    ? { kind: 'number', type: column.type, values: new Float64Array(capacity) }
    : { kind: 'object', type: column.type, values: [] };
}

/**
 * The samples of one family as columns, the unit that is written.
 *
 * Units: `timestamptz` in ms since 1970 (fractions kept to the microsecond), `date` in days since 1970, `bool` as 0 or 1,
 * `jsonb` as canonical JSON text, `uuid` as text. Rows keep the order they were added in.
 */
export class ColumnBatch {
  private rowCount = 0;
  /** Rows that are NULL in all columns of numbers, or were. */
  private blankedRows = 0;
  private capacity: number;
  private byName: ReadonlyMap<string, BatchColumn>;
  private readonly objectColumns: ObjectColumn[] = [];

  constructor(
    readonly family: Family,
    capacity = 64,
  ) {
    this.capacity = Math.max(1, capacity);
    this.byName = new Map(family.columns.map((column) => [column.name, createColumn(column, this.capacity)]));
    for (const column of this.byName.values()) if (column.kind === 'object') this.objectColumns.push(column);
  }

  /** Rows added so far. */
  get length(): number {
    return this.rowCount;
  }

  /** The columns in the family's order. */
  get columns(): readonly BatchColumn[] {
    return [...this.byName.values()];
  }

  /** A column by name; throws on a name that the family does not have. */
  column(name: string): BatchColumn {
    const column = this.byName.get(name);
    if (column === undefined) throw new Error(`family ${this.family.name} has no column ${name}`);
    return column;
  }

  /** A numeric column by name; throws when the column is not numeric. */
  numbers(name: string): NumberColumn {
    const column = this.column(name);
    if (column.kind !== 'number') throw new Error(`column ${name} of ${this.family.name} is not numeric`);
    return column;
  }

  /** A text or bytes column by name; throws when the column is numeric. */
  objects(name: string): ObjectColumn {
    const column = this.column(name);
    if (column.kind !== 'object') throw new Error(`column ${name} of ${this.family.name} is numeric`);
    return column;
  }

  /** Adds a row of NULLs and returns its index, for callers that fill the columns themselves. */
  addRow(): number {
    const row = this.rowCount++;
    if (row === this.blankedRows) this.blank();
    for (let i = 0; i < this.objectColumns.length; i++) (this.objectColumns[i] as ObjectColumn).values.push(null);
    return row;
  }

  /** Adds a row by column names and returns its index; what is not named is NULL. Throws on an unknown name. */
  append(cells: Readonly<Record<string, Cell>>): number {
    const row = this.addRow();
    for (const name in cells) {
      const cell = cells[name] as Cell;
      const column = this.column(name);
      if (column.kind === 'number') column.values[row] = cell === null ? Number.NaN : Number(cell);
      else column.values[row] = cell as string | Buffer | null;
    }
    return row;
  }

  /** The same rows with one column replaced; the columns are shared, so neither batch is to be added to any more. */
  withColumn(name: string, values: Float64Array | readonly (string | Buffer | null)[]): ColumnBatch {
    const { kind, type } = this.column(name);
    const copy = new ColumnBatch(this.family, 1);
    copy.rowCount = this.rowCount;
    copy.byName = new Map(this.byName).set(name, { kind, type, values } as BatchColumn);
    return copy;
  }

  /** A batch of its own with copies of some rows, in the order given. */
  select(rows: Uint32Array): ColumnBatch {
    const copy = new ColumnBatch(this.family, rows.length);
    copy.rowCount = rows.length;
    copy.blankedRows = rows.length;
    for (const [name, column] of this.byName) {
      const chosen = copy.column(name);
      if (column.kind === 'number') {
        for (let i = 0; i < rows.length; i++) chosen.values[i] = column.values[rows[i] as number] as number;
      } else {
        for (let i = 0; i < rows.length; i++) chosen.values[i] = column.values[rows[i] as number] ?? null;
      }
    }
    return copy;
  }

  private blank(): void {
    const from = this.blankedRows;
    const mustGrow = from === this.capacity;
    if (mustGrow) this.capacity *= this.capacity < smallRows ? 4 : 2;
    this.blankedRows = Math.min(this.capacity, from + blankRows);
    for (const column of this.byName.values()) {
      if (column.kind !== 'number') continue;
      if (mustGrow) {
        const larger = new Float64Array(this.capacity);
        larger.set(column.values);
        column.values = larger;
      }
      column.values.fill(Number.NaN, from, this.blankedRows);
    }
  }
}
