import type { MetricFamily } from '../../catalogue/metric-definition';

/** The local time of a sample, by its own offset, as a timestamp without zone; the row is named `t`. */
export const localTimeSql = `(t.recorded_at AT TIME ZONE 'UTC' + make_interval(mins => t.zone_offset_minutes))`;

/** What is rolled up of one sample: its value, and the lowest and highest that it stands for; the row is named `t`. */
interface RolledPart {
  /** 0 is the value of a metric, for blood pressure the systolic one; 1 the diastolic one. */
  readonly part: 0 | 1;
  readonly value: string;
  readonly low: string;
  readonly high: string;
}

/** A family whose samples are rolled up. */
export interface RolledFamily {
  readonly family: MetricFamily;
  readonly table: string;
  /** The one metric of the table; null when its rows say which. Source: the catalogue, whose ids are permanent. */
  readonly metricId: number | null;
  readonly parts: readonly RolledPart[];
}

const value: RolledPart = {
  part: 0,
  value: 't.value',
  low: 'coalesce(t.min, t.value)',
  high: 'coalesce(t.max, t.value)',
};

/** All of them. ORDER: that of `families`. */
export const rolledFamilies: readonly RolledFamily[] = [
  { family: 'heart_rate', table: 'heart_rate_metrics', metricId: 101, parts: [value] },
  {
    family: 'blood_pressure',
    table: 'blood_pressure_metrics',
    metricId: 107,
    parts: [
      { part: 0, value: 't.systolic', low: 't.systolic', high: 't.systolic' },
      { part: 1, value: 't.diastolic', low: 't.diastolic', high: 't.diastolic' },
    ],
  },
  { family: 'quantity', table: 'quantity_metrics', metricId: null, parts: [value] },
];

/** The family that a metric's samples are in. */
export function rolledFamilyOf(metricId: number): RolledFamily {
  return rolledFamilies.find((family) => family.metricId === metricId) ?? (rolledFamilies.at(-1) as RolledFamily);
}
