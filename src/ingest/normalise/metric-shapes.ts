import { bloodPressureShape } from './shapes/blood-pressure.shape';
import type { MetricShape } from './shapes/metric-shape';
import { minAvgMaxShape } from './shapes/min-avg-max.shape';
import { quantityShape } from './shapes/quantity.shape';
import { sexualActivityShape } from './shapes/sexual-activity.shape';
import { sleepNightShape, sleepSegmentShape } from './shapes/sleep.shapes';

/**
 * Every spelling of a metric's sample; a new one is one file and one line.
 *
 * ORDER: the first that matches is taken, so a shape with more particular keys comes before one that shares some of
 * them: a part of a night has a `qty` too.
 */
export const metricShapes: readonly MetricShape[] = [
  sleepSegmentShape,
  sleepNightShape,
  bloodPressureShape,
  minAvgMaxShape,
  sexualActivityShape,
  quantityShape,
];
