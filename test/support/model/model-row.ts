/** A number, text, instant in ms since 1970 or nothing: what a column of a row can hold in the model. */
export type Cell = string | number | boolean | null;

/** Columns that are compared with what is in the database. Instants are in ms since 1970. */
export type Cells = Readonly<Record<string, Cell>>;

/** Codes of what a sample covers, as they are stored. */
export const spans = { raw: 0, minute: 1, hour: 2, day: 3 } as const;

/** When a sample was taken, and by which clock. */
export interface ModelInstant {
  readonly atMs: number;
  readonly offsetMinutes: number;
}

/** The row that an element must become. */
export interface ModelRow {
  readonly table: string;
  /** What makes two elements the same one, but for the granularity. */
  readonly key: readonly Cell[];
  /** What the row then holds; of two elements with the same key the later one's. */
  readonly cells: Cells;
  /** What else makes two elements with the same key different. */
  readonly others?: unknown;
  /** Only of samples, which have a granularity: its own where it says so itself, null where it does not. */
  readonly sample?: { readonly instant: ModelInstant; readonly ownSpan: number | null; readonly metric: string };
}

/** One element of a payload: what stands in the body, and what must become of it. */
export interface ModelElement {
  readonly json: unknown;
  readonly expected: { readonly row: ModelRow } | { readonly reason: string };
}

/** An array of a payload that is not of metrics; `line` is its name in the account. */
export interface ModelArray {
  readonly array: string;
  readonly line: string;
  readonly elements: readonly ModelElement[];
}

/** A metric object of a payload; `line` is its name in the account. */
export interface ModelBlock {
  readonly head: Readonly<Record<string, unknown>>;
  readonly line: string;
  readonly elements: readonly ModelElement[];
}

/** One body with what is sent beside it. */
export interface ModelPayload {
  readonly blocks: readonly ModelBlock[];
  readonly arrays: readonly ModelArray[];
  /** Value of the header `automation-aggregation`. */
  readonly aggregation: string | null;
  /** Whether the arrays stand in the document itself. */
  readonly isRoot: boolean;
  /** Decides the order of the keys of every object. */
  readonly keyOrder: number;
}
