import { type Advice, advise } from '../advice';
import type { Evidence, TableFacts } from '../evidence/evidence';
import { byRoot } from '../evidence/read-tables';
import { numberText, shareText, statementText, sumOf } from '../figures-text';
import type { Rule } from '../rule';
import { thresholds } from '../thresholds';

interface Scans {
  readonly table: string;
  readonly rows: number;
  readonly scans: number;
  readonly rowsPerScan: number;
  readonly share: number;
}

function scansOf(table: string, parts: readonly TableFacts[]): Scans {
  // Of a partitioned table only partitions of some size count: reading an empty one whole is right.
  const large = parts.filter(({ liveRows }) => liveRows >= thresholds.scanRows.value);
  const scans = sumOf(large.map((part) => part.scans));
  const indexScans = sumOf(large.map((part) => part.indexScans));
  return {
    table,
    rows: sumOf(parts.map(({ liveRows }) => liveRows)),
    scans,
    rowsPerScan: sumOf(large.map(({ scannedRows }) => scannedRows)) / Math.max(1, scans),
    share: scans / Math.max(1, scans + indexScans),
  };
}

function isOftenScanned({ scans, rowsPerScan, share }: Scans): boolean {
  const { scansOfTable, scanRows, scanShare } = thresholds;
  return scans >= scansOfTable.value && rowsPerScan >= scanRows.value && share >= scanShare.value;
}

/** A condition that no index of plain columns can serve. */
function findUnservable({ statements }: Evidence): Advice[] {
  const scans = (statements?.selectiveScans ?? []).filter(({ columns }) => columns.length === 0);
  return scans.map(({ table, tableRows, planRows, statement }) =>
    advise({
      kind: 'sequential_scans',
      subject: `${table}.${statement.id}`,
      severity: 'info',
      title: `A condition on ${table} cannot use an index`,
      seen: [
        statementText(statement.text),
        `${numberText(statement.calls)} calls of ${numberText(statement.meanMs)} ms read ${numberText(tableRows)} rows for about ${numberText(planRows)}.`,
      ],
      likelyGain: `Most of ${numberText(statement.meanMs)} ms of each call.`,
      cost: 'The condition is to be written in another way, or an index on its expression made.',
      apply: { note: 'Compare the column itself, or create an index on the expression.' },
      undo: null,
      statementId: statement.id,
    }),
  );
}

/** Large tables that are read whole again and again, where no plan says that most of their rows are needed. */
export const sequentialScansRule: Rule = {
  kind: 'sequential_scans',
  find(evidence) {
    const { statements, tables } = evidence;
    const advisedFor = new Set((statements?.selectiveScans ?? []).map(({ table }) => table));
    const scanned = [...byRoot(tables)]
      .map(([table, parts]) => scansOf(table, parts))
      .filter(isOftenScanned)
      .filter(({ table }) => !advisedFor.has(table) && statements?.tablesReadWhole.has(table) !== true);
    const advice = scanned.map(({ table, rows, scans, rowsPerScan, share }) =>
      advise({
        kind: 'sequential_scans',
        subject: table,
        severity: 'warning',
        title: `${table} is read whole again and again`,
        seen: [
          `${numberText(scans)} scans of ${numberText(rowsPerScan)} rows each; the table has ${numberText(rows)}.`,
          `${shareText(share)} of all its scans do not use an index.`,
        ],
        likelyGain: 'A scan of a few rows instead of all of them.',
        cost: 'Each index makes every insert a few per cent slower.',
        apply: { note: 'Find the statement (pg_stat_statements, EXPLAIN) and give its condition an index.' },
        undo: null,
      }),
    );
    return [...findUnservable(evidence), ...advice];
  },
};
