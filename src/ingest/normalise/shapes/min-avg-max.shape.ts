import type { JsonObject, JsonValue } from '../../../catalogue/json';
import { addQuantity } from '../add-quantity';
import { readNumber } from '../read-value';
import type { MetricShape } from './metric-shape';

function either(sample: JsonObject, upper: string, lower: string): JsonValue | undefined {
  return sample[upper] ?? sample[lower];
}

/** `{ date, Min, Avg, Max }`: a rate metric added up by the phone; lower-case in files of the app. */
export const minAvgMaxShape: MetricShape = {
  matches: (sample) =>
    sample['Avg'] !== undefined ||
    sample['Min'] !== undefined ||
    sample['Max'] !== undefined ||
    sample['avg'] !== undefined ||
    (sample['min'] !== undefined && sample['max'] !== undefined),

  read(sample, block, payload) {
    const min = readNumber(either(sample, 'Min', 'min'));
    const value = readNumber(either(sample, 'Avg', 'avg'));
    const max = readNumber(either(sample, 'Max', 'max'));
    if (typeof value === 'string') return value;
    if (typeof min === 'string') return min;
    if (typeof max === 'string') return max;
    if (min > max) return 'min_above_max';
    return addQuantity(sample, { value, min, max, context: '', details: null }, block, payload);
  },
};
