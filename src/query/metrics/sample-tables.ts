import { Granularity } from '../../catalogue/granularity';
import type { JsonObject } from '../../catalogue/json';
import type { MetricFamily } from '../../catalogue/metric-definition';
import { isoFromUs } from '../paging/instant-text';
import type { PagedTable } from '../paging/read-page';
import { type MarkedRow, type Marks, markColumns, marksOf } from '../paging/row-marks';

/** One sample of an answer; values are in the unit that the answer names. */
export interface Sample extends Marks {
  readonly recordedAt: string;
  /** For blood pressure the systolic pressure. */
  readonly value: number;
  /** Null when the phone sent a single number. */
  readonly min: number | null;
  readonly max: number | null;
  /** Only of blood pressure. */
  readonly systolic?: number;
  readonly diastolic?: number;
  /** Empty when the phone named none. */
  readonly source: string;
  /** What the sample covers: raw, minute, hour, day, week, month or year. */
  readonly granularity: string;
  /** What tells apart readings of one instant: `Bolus`, `Before Meal`, `Complete`. Only there when sent. */
  readonly context?: string;
  /** Whatever else the phone sent with the reading. */
  readonly details?: JsonObject;
}

/** A row of any of the families; what a family does not have is absent. */
export interface SampleRow extends MarkedRow {
  readonly recorded_us: string;
  readonly source: string;
  readonly granularity: number;
  readonly context?: string;
  readonly value: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly systolic: number;
  readonly diastolic: number;
  readonly details?: JsonObject | null;
}

const granularityNames: ReadonlyMap<number, string> = new Map(
  Object.entries(Granularity).map(([name, code]) => [code, name]),
);

const time = { name: 'recorded_at', type: 'instant' } as const;
const source = { name: 'source', type: 'text' } as const;
const granularity = { name: 'granularity', type: 'int2' } as const;
const context = { name: 'context', type: 'text' } as const;

function whereOf(row: SampleRow) {
  return { source: row.source, granularity: granularityNames.get(row.granularity) ?? String(row.granularity) };
}

function toSample(row: SampleRow): Sample {
  return {
    recordedAt: isoFromUs(row.recorded_us),
    value: row.value,
    min: row.min,
    max: row.max,
    ...whereOf(row),
    ...(row.context ? { context: row.context } : {}),
    ...(row.details ? { details: row.details } : {}),
    ...marksOf(row),
  };
}

function toBloodPressureSample(row: SampleRow): Sample {
  const { systolic, diastolic } = row;
  const recordedAt = isoFromUs(row.recorded_us);
  return { recordedAt, value: systolic, min: null, max: null, systolic, diastolic, ...whereOf(row), ...marksOf(row) };
}

/** Where the samples of each family are and how they are shown. */
export const sampleTables: Readonly<Record<MetricFamily, PagedTable<SampleRow, Sample>>> = {
  heart_rate: {
    table: 'heart_rate_metrics',
    key: [time, source, granularity],
    columns: ['value', 'min', 'max', ...markColumns],
    toItem: toSample,
  },
  blood_pressure: {
    table: 'blood_pressure_metrics',
    key: [time, source, granularity],
    columns: ['systolic', 'diastolic', ...markColumns],
    toItem: toBloodPressureSample,
  },
  quantity: {
    table: 'quantity_metrics',
    key: [time, source, granularity, context],
    columns: ['value', 'min', 'max', 'details', ...markColumns],
    toItem: toSample,
  },
};
