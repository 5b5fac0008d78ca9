import type { Measure } from './advice';
import type { IndexFacts, TableFacts } from './evidence/evidence';
import { literal } from './figures-text';

/** Longest name of PostgreSQL, in bytes; ours are ASCII. */
const maxName = 63;

function shortened(name: string): string {
  const plain = name.replaceAll(/["\s]/g, '').replaceAll(/[^\w]+/g, '_');
  return plain.length > maxName ? plain.slice(plain.length - maxName).replace(/^_+/, '') : plain;
}

/**
 * The statements that make an index without stopping anybody's writes. On a partitioned table CONCURRENTLY is refused:
 * there the parent gets an index that is empty, each partition its own, and these are attached one by one.
 */
export function createIndexStatements(
  table: string,
  parts: readonly TableFacts[],
  name: string,
  rest: string,
): string[] {
  const index = shortened(name);
  if (!parts.some(({ isPartition }) => isPartition)) return [`CREATE INDEX CONCURRENTLY ${index} ON ${table} ${rest}`];
  return [
    `CREATE INDEX ${index} ON ONLY ${table} ${rest}`,
    ...parts.flatMap((part) => {
      const own = shortened(`${part.name}_${index}`);
      return [
        `CREATE INDEX CONCURRENTLY ${own} ON ${part.name} ${rest}`,
        `ALTER INDEX ${index} ATTACH PARTITION ${own}`,
      ];
    }),
  ];
}

/** The statement that drops an index: of a partitioned one it cannot wait aside, and takes its parts with it. */
export function dropIndexStatement({
  name,
  isPartitionedRoot,
}: Pick<IndexFacts, 'name' | 'isPartitionedRoot'>): string {
  return isPartitionedRoot ? `DROP INDEX ${name}` : `DROP INDEX CONCURRENTLY ${name}`;
}

/** The statements that bring an index back as it was. */
export function restoreIndexStatements(index: IndexFacts, parts: readonly TableFacts[]): string[] {
  const { definition } = index;
  if (!index.isPartitionedRoot) return [definition.replace(/^(CREATE (?:UNIQUE )?INDEX) /, '$1 CONCURRENTLY ')];
  const [, rest = ''] = definition.match(/ (USING .*)$/s) ?? [];
  return createIndexStatements(index.table, parts, index.name, rest);
}

/** How large the indexes of a table and its partitions are. */
export function indexBytesOf(table: string): Measure {
  const name = literal(table);
  const sql = `SELECT sum(pg_indexes_size(relid))::float8
    FROM (SELECT relid FROM pg_partition_tree(${name}::regclass) UNION SELECT ${name}::regclass) AS parts`;
  return { figure: `indexes of ${table}`, unit: 'bytes', sql };
}
