import { isServed, sourceMetrics } from '../source-metrics';
import { readCounts, totalOf } from './histogram-counts';
import { type Figure, type Measure, noFigure, type Reading } from './reading';

/** With fewer requests between two readings, what the process does by itself would be taken for theirs. */
const minRequests = 10;

/** A gauge "for each request of the last minute", weighed with the requests since the reading before. */
class MeanReading implements Reading {
  constructor(
    /** Requests since the process began. */
    readonly requests: number,
    /** The gauge times the requests that it was weighed with, added up; and those requests. */
    readonly weighed: number,
    readonly weight: number,
  ) {}

  figureSince(earlier: Reading | null): Figure {
    const before = earlier instanceof MeanReading ? earlier : null;
    const weight = this.weight - (before?.weight ?? 0);
    if (weight === 0) return noFigure;
    const value = (this.weighed - (before?.weighed ?? 0)) / weight;
    return { value, isLowerBound: false, measurements: weight, failed: 0 };
  }
}

/** The mean of such a gauge over requests; null where there is no such metric. */
export function meanForRequests(name: string): Measure {
  return {
    async read({ metrics }, previous) {
      const gauge = await metrics.values(name);
      const series = await metrics.values(sourceMetrics.requestTimes);
      if (gauge === null || series === null) return null;
      const times = readCounts(series, isServed);
      const requests = times === null ? 0 : totalOf(times);
      const before = previous instanceof MeanReading ? previous : null;
      const weighed = before?.weighed ?? 0;
      const weight = before?.weight ?? 0;
      const value = gauge[0]?.value ?? Number.NaN;
      const added = before === null ? 0 : requests - before.requests;
      // A minute in which more was collected than was taken does not tell what a request takes.
      if (added < minRequests || !(value > 0)) return new MeanReading(requests, weighed, weight);
      return new MeanReading(requests, weighed + value * added, weight + added);
    },
  };
}
