import { addQuantity } from '../add-quantity';
import { readNumber } from '../read-value';
import type { MetricShape } from './metric-shape';

/** `{ date, Min, Avg, Max }`: a rate metric added up by the phone; lower-case in files of the app. */
export const minAvgMaxShape: MetricShape = {
  matches: (sample) =>
    sample['Avg'] !== undefined ||
    sample['Min'] !== undefined ||
    sample['Max'] !== undefined ||
    sample['avg'] !== undefined ||
    (sample['min'] !== undefined && sample['max'] !== undefined),

  read(sample, block, payload) {
    const min = readNumber(sample['Min'] ?? sample['min']);
    const value = readNumber(sample['Avg'] ?? sample['avg']);
    const max = readNumber(sample['Max'] ?? sample['max']);
    if (typeof value === 'string') return value;
    if (typeof min === 'string') return min;
    if (typeof max === 'string') return max;
    if (min > max) return 'min_above_max';
    return addQuantity(sample, { value, min, max, context: '', details: null }, block, payload);
  },
};
