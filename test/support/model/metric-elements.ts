import fc from 'fast-check';
import { anInstant, later } from './model-instants';
import { type Cell, type ModelBlock, type ModelElement, type ModelInstant, type ModelRow, spans } from './model-row';

/** Stands for a number that is too large to be one; JSON.stringify would not write it. */
export const infinity = '\u0001infinity';

/** A source as sent, and as it is kept. */
export const aSource: fc.Arbitrary<readonly [unknown, string]> = fc.constantFrom(
  ['Watch', 'Watch'] as const,
  ['Watch', 'Watch'] as const,
  ['Anna’s Phone', "Anna's Phone"] as const,
  ["Anna's\u00A0Phone", "Anna's Phone"] as const,
  ['Watch|Phone', 'Phone|Watch'] as const,
  ['Phone|Watch', 'Phone|Watch'] as const,
  [{ name: 'Watch' }, 'Watch'] as const,
  ['', ''] as const,
  [undefined, ''] as const,
  [null, ''] as const,
);

/** How a metric is sent: `values` in each unit, never near those of another unit once converted. */
export interface MetricKind {
  readonly names: readonly string[];
  /** What it is kept as; `unit` only where the metric is one of the user's own. */
  readonly kept: string;
  readonly line: string;
  readonly table: 'heart_rate_metrics' | 'quantity_metrics';
  readonly units: string | undefined;
  readonly values: readonly number[];
  readonly toCanonical: (value: number) => number;
  readonly contextKey?: string;
  readonly contexts?: readonly (readonly [string | undefined, string])[];
  readonly isBounded: boolean;
}

const same = (value: number): number => value;
function kind(
  line: string,
  units: string | undefined,
  values: readonly number[],
  more: Partial<MetricKind> = {},
): MetricKind {
  const names = [line];
  return {
    names,
    kept: line,
    line,
    table: 'quantity_metrics',
    units,
    values,
    toCanonical: same,
    isBounded: true,
    ...more,
  };
}
const own = (name: string, unit: string | undefined): MetricKind =>
  kind(name, unit, [-5, 0, 1e12], { kept: `${name} [${unit ?? ''}]`, isBounded: false });

const heartRate = { table: 'heart_rate_metrics' } as const;
const meals = [
  ['Before Meal', 'before_meal'],
  ['After Meal', 'after_meal'],
  [undefined, ''],
  ['Unspecified', ''],
] as const;

const metricKinds: readonly MetricKind[] = [
  kind('heart_rate', 'count/min', [60, 72.5], heartRate),
  kind('heart_rate', 'bpm', [60, 300], heartRate),
  kind('step_count', 'count', [0, 100, 250]),
  kind('step_count', undefined, [100, 250]),
  kind('active_energy', 'kcal', [100, 150], { names: ['active_energy', 'active_energy_burned'] }),
  kind('active_energy', 'kJ', [500, 900], { toCanonical: (value) => value / 4.184 }),
  kind('walking_running_distance', 'km', [1.5, 2]),
  kind('walking_running_distance', 'm', [1600, 700], { toCanonical: (value) => value / 1000 }),
  kind('walking_running_distance', 'mi', [3, 5], { toCanonical: (value) => value * 1.609344 }),
  kind('weight_body_mass', 'kg', [80, 81], { names: ['weight_body_mass', 'body_mass', 'Weight & Body Mass'] }),
  kind('weight_body_mass', 'lb', [170, 190], { toCanonical: (value) => value * 0.45359237 }),
  kind('blood_oxygen_saturation', '%', [0.93, 98], { toCanonical: (value) => (value <= 1 ? value * 100 : value) }),
  kind('walking_asymmetry_percentage', '%', [0.98, 5]),
  kind('body_temperature', 'degF', [99, 101], { toCanonical: (value) => ((value - 32) * 5) / 9 }),
  kind('blood_glucose', 'mg/dL', [90, 110], { contextKey: 'mealTime', contexts: meals }),
  kind('blood_glucose', 'mmol/L', [7, 8], {
    contextKey: 'mealTime',
    contexts: meals,
    toCanonical: (value) => value * 18.0182,
  }),
  own('moon_phase', 'percent'),
  own('moon_phase', 'parts'),
  own('__proto__', undefined),
  kind('heart_rate', 'furlongs', [5, 6], { kept: 'heart_rate [furlongs]', isBounded: false }),
];

/** One value of a reading as sent, or the lowest, mean and highest, in either spelling. */
const shapes = ['qty', 'Avg', 'avg'] as const;
function valuesOf(shape: (typeof shapes)[number], value: number): Record<string, number> {
  if (shape === 'qty') return { qty: value };
  const [min, max] = [value - Math.abs(value) / 16, value + Math.abs(value) / 128];
  return shape === 'Avg' ? { Min: min, Avg: value, Max: max } : { min, avg: value, max };
}

/** A span of its own that a sample may be sent with; none is the usual case. */
const ownSpans: readonly (readonly [number, number] | null)[] = [
  null,
  null,
  null,
  null,
  [0, spans.raw],
  [60_000, spans.minute],
  [3_600_000, spans.hour],
  [86_400_000, spans.day],
];

type Spoiler = readonly [Record<string, unknown> | null | number | readonly unknown[], string];
const spoilers: readonly Spoiler[] = [
  [null, 'not_an_object'],
  [7, 'not_an_object'],
  [[], 'not_an_object'],
  [{ date: undefined, start: undefined, end: undefined }, 'date_missing'],
  [{ date: null, start: undefined, end: undefined }, 'date_missing'],
  [{ date: 'yesterday' }, 'date_unreadable'],
  [{ date: '2024-02-30 10:00:00 +0000' }, 'date_unreadable'],
  [{ date: '2099-01-01 00:00:00 +0000' }, 'date_in_future'],
  [{ source: 'a\0b' }, 'text_invalid'],
  [{ source: 'a\ud800b' }, 'text_invalid'],
  [
    { Min: undefined, Avg: undefined, Max: undefined, min: undefined, avg: undefined, max: undefined, qty: undefined },
    'unknown_shape',
  ],
];
const valueSpoilers: readonly (readonly [unknown, string])[] = [
  [null, 'value_missing'],
  ['72', 'value_not_a_number'],
  [infinity, 'value_not_a_number'],
  [true, 'value_not_a_number'],
];

/** A sample that must be kept, spoilt: nothing else is wrong with it. */
function spoil(json: Record<string, unknown>, isBounded: boolean): fc.Arbitrary<ModelElement> {
  const mean = ['qty', 'Avg', 'avg'].find((name) => name in json) ?? 'qty';
  const ofValue = [...valueSpoilers, ...(isBounded ? [[-1e9, 'value_impossible'] as const] : [])];
  const all: Spoiler[] = [...spoilers, ...ofValue.map(([value, reason]): Spoiler => [{ [mean]: value }, reason])];
  if (mean === 'Avg') all.push([{ Min: 90, Avg: 80, Max: 70 }, 'min_above_max']);
  const choices = all.map(([change, reason]): ModelElement => {
    const isChange = typeof change === 'object' && change !== null && !Array.isArray(change);
    return { json: isChange ? { ...json, ...change } : change, expected: { reason } };
  });
  return fc.constantFrom(...choices);
}

function sampleOf(metric: MetricKind): fc.Arbitrary<ModelElement> {
  const parts = fc.record({
    instant: anInstant,
    source: aSource,
    value: fc.constantFrom(...metric.values),
    shape: fc.constantFrom(...shapes),
    context: fc.constantFrom(...(metric.contexts ?? [[undefined, ''] as const])),
    ownSpan: fc.constantFrom(...ownSpans),
    isBad: fc.integer({ min: 0, max: 5 }).map((n) => n === 5),
  });
  return parts.chain(
    ({ instant, source: [sentSource, source], value, shape, context: [word, context], ownSpan, isBad }) => {
      const { atMs, offsetMinutes, text } = instant;
      const values = valuesOf(metric.contexts === undefined ? shape : 'qty', value);
      const json: Record<string, unknown> = {
        date: text,
        source: sentSource,
        ...values,
        ...(metric.contextKey === undefined ? {} : { [metric.contextKey]: word }),
        ...(ownSpan === null ? {} : { start: text, end: later(instant, ownSpan[0]).text }),
      };
      if (isBad) return spoil(json, metric.isBounded);
      const [min, max] = [values['Min'] ?? values['min'], values['Max'] ?? values['max']].map(
        (each): Cell => (each === undefined ? null : metric.toCanonical(each)),
      );
      const isQuantity = metric.table === 'quantity_metrics';
      const row: ModelRow = {
        table: metric.table,
        key: [metric.kept, atMs, source, context],
        cells: {
          ...(isQuantity ? { metric: metric.kept, context } : {}),
          atMs,
          offsetMinutes,
          source,
          value: metric.toCanonical(value),
          min: min ?? null,
          max: max ?? null,
        },
        sample: { instant, metric: metric.kept, ownSpan: ownSpan === null ? null : spanAt(instant, ownSpan[1]) },
      };
      return fc.constant({ json, expected: { row } });
    },
  );
}

/** A span that does not begin on its own boundary is none of the calendar. */
function spanAt({ atMs, offsetMinutes }: ModelInstant, span: number): number {
  const stepMs = [1, 60_000, 3_600_000, 86_400_000][span] ?? 1;
  return (atMs + offsetMinutes * 60_000) % stepMs === 0 ? span : spans.raw;
}

/** The few metrics that one phone sends, so that their samples meet. */
export const someMetrics: fc.Arbitrary<readonly MetricKind[]> = fc.subarray([...metricKinds], {
  minLength: 1,
  maxLength: 4,
});

/** A block of one of the metrics, with samples of which about one in six must be rejected. */
export function blockOf(metrics: readonly MetricKind[]): fc.Arbitrary<ModelBlock> {
  return fc.constantFrom(...metrics).chain((metric) =>
    fc.record({
      head: fc.constantFrom(...metric.names).map((name) => ({ name, units: metric.units })),
      line: fc.constant(metric.line),
      elements: fc.array(sampleOf(metric), { maxLength: 6 }),
    }),
  );
}
