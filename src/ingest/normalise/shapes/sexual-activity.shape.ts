import { canonicalJson } from '../../../catalogue/json';
import { addQuantity } from '../add-quantity';
import { readNumber } from '../read-value';
import type { MetricShape } from './metric-shape';

/** The counts of one sample, by the keys that the app sends. */
const counts = {
  Unspecified: 'unspecified',
  'Protection Used': 'protection_used',
  'Protection Not Used': 'protection_not_used',
} as const;

/** `{ date, "Unspecified", "Protection Used", "Protection Not Used" }`: three counts, one sample, their sum its value. */
export const sexualActivityShape: MetricShape = {
  matches: (sample) => Object.keys(counts).some((key) => sample[key] !== undefined),

  read(sample, block, payload) {
    let value = 0;
    const details: Record<string, number> = {};
    for (const [key, name] of Object.entries(counts)) {
      if (sample[key] === undefined || sample[key] === null) continue;
      const count = readNumber(sample[key]);
      if (typeof count === 'string') return count;
      if (count < 0) return 'value_impossible';
      details[name] = count;
      value += count;
    }
    if (Object.keys(details).length === 0) return 'value_missing';
    const reading = { value, min: null, max: null, context: '', details: canonicalJson(details) };
    return addQuantity(sample, reading, block, payload);
  },
};
