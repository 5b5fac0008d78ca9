import { isSleepNight, readSleepNight } from '../elements/sleep-night';
import { isSleepSegment, readSleepSegment } from '../elements/sleep-segment';
import type { MetricShape } from './metric-shape';

/** A part of a night stays sleep under any name of its metric. */
const accountName = 'sleep_analysis';

/** One stage of sleep from `startDate` to `endDate`. */
export const sleepSegmentShape: MetricShape = {
  accountName,
  matches: isSleepSegment,
  read: (sample, _block, payload) => readSleepSegment(sample, payload),
};

/** A night or nap as the phone added it up, in the form of either version of the app. */
export const sleepNightShape: MetricShape = {
  accountName,
  matches: isSleepNight,
  read: (sample, block, payload) => readSleepNight(sample, payload, block.unitHours),
};
