/** What we read of a node of `EXPLAIN (VERBOSE, FORMAT JSON)`. */
export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Total Cost': number;
  readonly 'Plan Rows': number;
  readonly Schema?: string;
  readonly 'Relation Name'?: string;
  readonly Filter?: string;
  readonly Plans?: readonly PlanNode[];
}

/** One table, or partition, that a plan reads whole. */
export interface WholeScan {
  /** Without quotes: `schema.name`. */
  readonly table: string;
  readonly planRows: number;
  readonly filter: string | null;
}

/** Every whole scan of a plan. */
export function wholeScansOf(node: PlanNode): WholeScan[] {
  const below = (node.Plans ?? []).flatMap(wholeScansOf);
  if (node['Node Type'] !== 'Seq Scan' || node['Relation Name'] === undefined) return below;
  const table = `${node.Schema ?? 'public'}.${node['Relation Name']}`;
  return [{ table, planRows: node['Plan Rows'], filter: node.Filter ?? null }, ...below];
}

/**
 * A comparison of a column with a value, as PostgreSQL writes conditions: `(t.source = $1)`, `((t.name)::text = $1)`. Not
 * of a function of it: `(lower(t.name) = $1)`.
 */
const comparison =
  /(?:(?<!\w)\((?:(?:"[^"]+"|\w+)\.)?("[^"]+"|[a-z_]\w*)\)|(?<=[( ])(?:(?:"[^"]+"|\w+)\.)?("[^"]+"|[a-z_]\w*))(?:::[\w "]+?)? (=|<=|>=|<|>) (?:ANY \(|\(?\$\d|\(?'|-?\d)/g;

/** The columns that a condition compares, by how; none when it says `OR` or `NOT`, which an index does not narrow. */
export function comparedColumns(filter: string): {
  readonly equal: readonly string[];
  readonly ranged: readonly string[];
} {
  if (/ OR |\(NOT /.test(filter)) return { equal: [], ranged: [] };
  const equal = new Set<string>();
  const ranged = new Set<string>();
  for (const [, wrapped, plain, operator] of filter.matchAll(comparison)) {
    (operator === '=' ? equal : ranged).add(wrapped ?? plain ?? '');
  }
  return { equal: [...equal], ranged: [...ranged].filter((column) => !equal.has(column)) };
}
