import type { JsonObject } from '../../../catalogue/json';
import type { RejectReason } from '../../../catalogue/reject-reason';
import { addQuantity } from '../add-quantity';
import { readContext } from '../read-context';
import { readNumber } from '../read-value';
import type { MetricShape } from './metric-shape';

/** What tells apart readings of one instant, by the key that it is sent under. */
const contextKeys = ['mealTime', 'reason', 'value'] as const;

function contextOf(sample: JsonObject): { text: string } | RejectReason {
  for (const key of contextKeys) {
    const sent = sample[key];
    if (typeof sent === 'string') return readContext(sent);
  }
  return { text: '' };
}

/** `{ date, qty }`, with `mealTime` (glucose), `reason` (insulin) or `value` (hand-washing) where there is one. */
export const quantityShape: MetricShape = {
  matches: (sample) => sample['qty'] !== undefined,

  read(sample, block, payload) {
    const value = readNumber(sample['qty']);
    if (typeof value === 'string') return value;
    const context = contextOf(sample);
    if (typeof context === 'string') return context;
    return addQuantity(sample, { value, min: null, max: null, context: context.text, details: null }, block, payload);
  },
};
