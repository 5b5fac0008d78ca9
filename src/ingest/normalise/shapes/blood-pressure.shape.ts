import { bloodPressureFamily } from '../../../catalogue/families';
import { canonicalJson } from '../../../catalogue/json';
import { normaliseSource } from '../../../catalogue/normalise-source';
import { addQuantity } from '../add-quantity';
import { readSampleTime } from '../read-sample-time';
import { flagsOf, readNumber, toCanonical } from '../read-value';
import type { MetricShape } from './metric-shape';

/** `{ date, systolic, diastolic }`. */
export const bloodPressureShape: MetricShape = {
  matches: (sample) => sample['systolic'] !== undefined || sample['diastolic'] !== undefined,

  read(sample, block, payload) {
    const sentSystolic = readNumber(sample['systolic']);
    const sentDiastolic = readNumber(sample['diastolic']);
    if (typeof sentSystolic === 'string') return sentSystolic;
    if (typeof sentDiastolic === 'string') return sentDiastolic;
    if (sentDiastolic > sentSystolic) return 'min_above_max';
    if (block.definition?.family !== 'blood_pressure') {
      // Another metric's pair, or another unit: kept whole under its own name, as the higher with both beside it.
      const details = canonicalJson({ systolic: sentSystolic, diastolic: sentDiastolic });
      const reading = { value: sentSystolic, min: null, max: null, context: '', details };
      return addQuantity(sample, reading, block, payload);
    }
    const systolic = toCanonical(sentSystolic, 1, block);
    const diastolic = toCanonical(sentDiastolic, 1, block);
    if (Number.isNaN(systolic) || Number.isNaN(diastolic)) return 'value_impossible';
    const time = readSampleTime(sample, payload.context);
    if (typeof time === 'string') return time;
    const source = normaliseSource(sample['source']);
    if (typeof source === 'string') return source;
    const batch = payload.batch(bloodPressureFamily);
    const row = batch.append({
      recorded_at: time.recordedAt.atMs,
      source: source.text,
      granularity: time.granularity,
      systolic,
      diastolic,
      zone_offset_minutes: time.recordedAt.offsetMinutes,
      flags: flagsOf(block, time.granularity, 1, diastolic, systolic),
    });
    payload.addSample(batch, block.metricId, row, time);
    return null;
  },
};
