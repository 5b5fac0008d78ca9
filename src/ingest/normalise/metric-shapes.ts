import type { JsonObject } from '../../catalogue/json';
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
const metricShapes: readonly MetricShape[] = [
  sleepSegmentShape,
  sleepNightShape,
  bloodPressureShape,
  minAvgMaxShape,
  sexualActivityShape,
  quantityShape,
];

/**
 * Finds the shape of samples. A shape is chosen by the keys alone, and neighbours have the same ones: what was found for
 * the last keys is remembered, because asking every shape costs more than reading the sample.
 */
export class ShapeFinder {
  private keys: readonly string[] = [];
  private shape: MetricShape | undefined;

  /** The shape of a sample; undefined when it has none that is known. */
  find(sample: JsonObject): MetricShape | undefined {
    if (!this.hasSameKeys(sample)) {
      this.keys = Object.keys(sample);
      this.shape = metricShapes.find((candidate) => candidate.matches(sample));
    }
    return this.shape;
  }

  private hasSameKeys(sample: JsonObject): boolean {
    let count = 0;
    for (const key in sample) if (key !== this.keys[count++]) return false;
    return count === this.keys.length;
  }
}
