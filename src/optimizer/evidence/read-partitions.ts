import { findPartitionGaps } from '../../database/find-partition-gaps';
import { partitionedTables } from '../../database/keep-partitions';
import type { PartitionFacts, TableFacts } from './evidence';
import type { ReadingSession } from './reading-session';

/** Rows outside are counted up to here: more change nothing. */
const countedRows = 100_000;

/** The partitions for all time before, and those for whatever has no other. */
function isOutside({ bounds }: TableFacts): boolean {
  return bounds === 'DEFAULT' || (bounds?.startsWith('FOR VALUES FROM (MINVALUE)') ?? false);
}

/** Whether the next month has its partitions, and what lies outside of the months and years. */
export async function readPartitions(
  { query }: ReadingSession,
  tables: readonly TableFacts[],
  now: Date,
): Promise<PartitionFacts> {
  const nextMonth = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1));
  const lackNextMonth = await findPartitionGaps((sql, values) => query(sql, values), [nextMonth]);
  const outside: PartitionFacts['outside'][number][] = [];
  for (const part of tables.filter((table) => partitionedTables.has(table.root) && isOutside(table))) {
    // Estimates of what holds a few rows are far off.
    const sql = `SELECT count(*)::float8 AS rows FROM (SELECT FROM ${part.name} LIMIT ${countedRows}) AS counted`;
    const [counted] = await query<{ rows: number }>(sql);
    const rows = counted?.rows ?? 0;
    if (rows === 0) continue;
    const ofTable = tables.filter(({ root }) => root === part.root);
    const tableRows = Math.max(rows, sum(ofTable.map(({ liveRows }) => liveRows)));
    outside.push({ table: part.root, partition: part.name, isDefault: part.bounds === 'DEFAULT', rows, tableRows });
  }
  return { lackNextMonth, outside };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
