import { advise } from '../advice';
import type { TableFacts } from '../evidence/evidence';
import { literal, numberText, shareText } from '../figures-text';
import type { Rule } from '../rule';
import { thresholds } from '../thresholds';

function isFullOfDeadRows({ deadRows, liveRows, isAutovacuumed }: TableFacts, isAutovacuumOn: boolean): boolean {
  const { deadRows: rows, deadShare, deadRowsWithoutVacuum, deadShareWithoutVacuum } = thresholds;
  const isKept = isAutovacuumed && isAutovacuumOn;
  return (
    deadRows >= (isKept ? rows : deadRowsWithoutVacuum).value &&
    deadRows >= liveRows * (isKept ? deadShare : deadShareWithoutVacuum).value
  );
}

/** Tables whose dead rows autovacuum has not kept up with, or is kept from. */
export const deadRowsRule: Rule = {
  kind: 'dead_rows',
  find({ tables, server }) {
    const isAutovacuumOn = server?.settings.get('autovacuum') !== 'off';
    return tables
      .filter((table) => isFullOfDeadRows(table, isAutovacuumOn))
      .map(({ name, deadRows, liveRows }) =>
        advise({
          kind: 'dead_rows',
          subject: name,
          severity: 'warning',
          title: `${name} is full of dead rows`,
          seen: [`${numberText(deadRows)} dead rows beside ${numberText(liveRows)} live ones.`],
          likelyGain: `Scans that read ${shareText(deadRows / (deadRows + liveRows))} less.`,
          cost: 'Reading and writing the table once, beside its users.',
          apply: { sql: [`VACUUM (ANALYZE) ${name}`] },
          undo: null,
          isAutomatic: true,
          measures: [
            {
              figure: 'dead rows',
              unit: 'rows',
              sql: `SELECT n_dead_tup::float8 FROM pg_stat_all_tables WHERE relid = ${literal(name)}::regclass`,
            },
          ],
        }),
      );
  },
};
