import { advise } from '../advice';
import { numberText, shareText } from '../figures-text';
import type { Rule } from '../rule';
import { thresholds } from '../thresholds';

/** Rows that lie in no month or year: in a DEFAULT partition, or in numbers in the one for all time before. */
export const rowsOutsideMonthsRule: Rule = {
  kind: 'rows_outside_months',
  find({ partitions }) {
    const { outsideRows, outsideShare } = thresholds;
    return (partitions?.outside ?? [])
      .filter(
        ({ isDefault, rows, tableRows }) =>
          isDefault || (rows >= outsideRows.value && rows >= tableRows * outsideShare.value),
      )
      .map(({ table, partition, isDefault, rows, tableRows }) =>
        advise({
          kind: 'rows_outside_months',
          subject: partition,
          severity: isDefault ? 'warning' : 'info',
          title: `${table} has rows outside of its months and years`,
          seen: [`${partition} holds ${numberText(rows)} rows, ${shareText(rows / tableRows)} of the table.`],
          likelyGain: isDefault
            ? 'New partitions can be attached without a lock on it and without failing.'
            : 'Queries over early years read their year alone.',
          cost: 'The rows are moved in one transaction, in which nobody writes to the table.',
          apply: isDefault
            ? {
                note: `Detach ${partition}, make the partitions that its rows need, insert them into ${table} and drop it.`,
              }
            : { note: 'See whether a clock was wrong; else make partitions of a year and move the rows into them.' },
          undo: null,
        }),
      );
  },
};
