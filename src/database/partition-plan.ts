/** One range of a partitioned table, `from` inclusive to `to` exclusive; `from` null means from the beginning of time. */
export interface PartitionRange {
  /** What follows the parent's name: `_before_2014`, `_2015`, `_2026_11`. */
  readonly suffix: string;
  readonly from: Date | null;
  readonly to: Date;
}

/** Apple Health came with iOS 8 in 2014: hardly any sample is older. */
const firstYear = 2014;

function monthStart(year: number, monthIndex: number): Date {
  return new Date(Date.UTC(year, monthIndex, 1));
}

function monthRanges(from: Date, to: Date): PartitionRange[] {
  const ranges: PartitionRange[] = [];
  for (let start = from; start < to; ) {
    const end = monthStart(start.getUTCFullYear(), start.getUTCMonth() + 1);
    const month = String(start.getUTCMonth() + 1).padStart(2, '0');
    ranges.push({ suffix: `_${start.getUTCFullYear()}_${month}`, from: start, to: end });
    start = end;
  }
  return ranges;
}

function monthsAheadOf(now: Date, months: number): Date {
  return monthStart(now.getUTCFullYear(), now.getUTCMonth() + 1 + months);
}

/**
 * The partitions of a table on the time of a sample, for a first start at `now`: one for all before 2014, one a year,
 * and from the January of `detailedYears` years ago one a month to `monthsAhead` months after this one. No gap, no
 * overlap, no DEFAULT.
 */
export function planSamplePartitions(now: Date, detailedYears: number, monthsAhead: number): PartitionRange[] {
  const firstDetailedYear = Math.max(firstYear, now.getUTCFullYear() - detailedYears);
  const ranges: PartitionRange[] = [{ suffix: `_before_${firstYear}`, from: null, to: monthStart(firstYear, 0) }];
  for (let year = firstYear; year < firstDetailedYear; year++) {
    ranges.push({ suffix: `_${year}`, from: monthStart(year, 0), to: monthStart(year + 1, 0) });
  }
  return [...ranges, ...monthRanges(monthStart(firstDetailedYear, 0), monthsAheadOf(now, monthsAhead))];
}

/** The partitions of a table on the time of receipt, for a first start at `now`: last month's to `monthsAhead` ahead. */
export function planReceiptPartitions(now: Date, monthsAhead: number): PartitionRange[] {
  return monthRanges(monthStart(now.getUTCFullYear(), now.getUTCMonth() - 1), monthsAheadOf(now, monthsAhead));
}

/** What is missing after `lastTo`, the end of the newest partition there is, so that the months ahead are there again. */
export function planMissingMonths(lastTo: Date, now: Date, monthsAhead: number): PartitionRange[] {
  return monthRanges(lastTo, monthsAheadOf(now, monthsAhead));
}
