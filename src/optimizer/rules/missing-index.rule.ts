import { advise } from '../advice';
import type { SelectiveScan } from '../evidence/evidence';
import { byRoot } from '../evidence/read-tables';
import { numberText, shareText, statementText } from '../figures-text';
import { createIndexStatements, indexBytesOf } from '../index-statements';
import type { Rule } from '../rule';
import { thresholds } from '../thresholds';

function subjectOf({ table, columns }: SelectiveScan): string {
  return `${table}.${columns.join('-')}`;
}

/** One scan for each index: the statement that takes most time speaks for all. */
function oneForEach(scans: readonly SelectiveScan[]): SelectiveScan[] {
  const chosen = new Map<string, SelectiveScan>();
  for (const scan of scans) {
    const other = chosen.get(subjectOf(scan));
    if (other === undefined || scan.statement.totalMs > other.statement.totalMs) chosen.set(subjectOf(scan), scan);
  }
  return [...chosen.values()];
}

/** Statements that read a large table whole for a few rows which an index could find. */
export const missingIndexRule: Rule = {
  kind: 'missing_index',
  find({ statements, tables }) {
    const parts = byRoot(tables);
    const scans = (statements?.selectiveScans ?? []).filter(
      ({ columns, statement }) => columns.length > 0 && statement.meanMs >= thresholds.indexMeanMs.value,
    );
    return oneForEach(scans).map((scan) => {
      const { table, tableRows, planRows, columns, distinct, statement, costBefore, costAfter } = scan;
      const name = `${table}_${columns.join('_')}_idx`;
      const create = createIndexStatements(table, parts.get(table) ?? [], name, `(${columns.join(', ')})`);
      const [, index = ''] = create[0]?.match(/INDEX (?:CONCURRENTLY )?(\S+)/) ?? [];
      const isPartitionedRoot = create.length > 1;
      const proof =
        costAfter === null
          ? `Its plan costs ${numberText(costBefore)}, and it needs ${numberText(planRows)} of ${numberText(tableRows)} rows.`
          : `Its plan costs ${numberText(costBefore)}; with the index, as hypopg pretends it, ${numberText(costAfter)}.`;
      return advise({
        kind: 'missing_index',
        subject: subjectOf(scan),
        severity: 'warning',
        title: `An index on ${table} (${columns.join(', ')}) is missing`,
        seen: [
          statementText(statement.text),
          `${numberText(statement.calls)} calls of ${numberText(statement.meanMs)} ms, ${shareText(statement.share)} of all time.`,
          proof,
          `Different values: ${columns.map((column, i) => `${column} ${distinct[i] ? numberText(distinct[i]) : 'unknown'}`).join(', ')}.`,
        ],
        likelyGain: `Most of ${numberText(statement.meanMs)} ms of each call.`,
        cost: 'Each index makes every insert into the table a few per cent slower, and takes space.',
        apply: { sql: create },
        undo: { sql: [isPartitionedRoot ? `DROP INDEX ${index}` : `DROP INDEX CONCURRENTLY ${index}`] },
        isAutomatic: true,
        statementId: statement.id,
        measures: [indexBytesOf(table)],
      });
    });
  },
};
