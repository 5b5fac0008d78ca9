import { type ChoosesRequests, type Labels, sourceMetrics } from '../source-metrics';
import { countsSince, type HistogramCounts, quantile, readCounts, totalOf } from './histogram-counts';
import { type Figure, type Measure, noFigure, type Reading } from './reading';

/** How often it was looked whether a part answers, and how often it did not. */
interface Looks {
  readonly all: number;
  readonly away: number;
}

const noLooks: Looks = { all: 0, away: 0 };

/** Times that were measured; `share` is the quantile that is asked for. */
class TimesReading implements Reading {
  constructor(
    private readonly share: number,
    private readonly times: HistogramCounts | null,
    private readonly failed: number,
    readonly looks: Looks = noLooks,
  ) {}

  figureSince(earlier: Reading | null): Figure {
    const before = earlier instanceof TimesReading ? earlier : null;
    const failed = this.failed - (before?.failed ?? 0);
    const times = this.times === null ? { bounds: [], counts: [] } : countsSince(this.times, before?.times ?? null);
    const looks = this.looks.all - (before?.looks.all ?? 0);
    const away = this.looks.away - (before?.looks.away ?? 0);
    const found = quantile(times, this.share, failed);
    // While a part is away nobody asks it, so that no time would tell: too large a share of the looks without it does.
    if (looks > 0 && away / looks > 1 - this.share) {
      const value = times.bounds.at(-1) ?? 0;
      return { value, isLowerBound: true, measurements: totalOf(times) + failed + away, failed: failed + away };
    }
    if (found === null) return noFigure;
    return { ...found, measurements: totalOf(times) + failed + away, failed: failed + away };
  }
}

/** A quantile of a histogram; null where there is no such metric. */
export function timesOf(name: string, share: number): Measure {
  return {
    async read({ metrics }) {
      const series = await metrics.values(name);
      return (
        series &&
        new TimesReading(
          share,
          readCounts(series, () => true),
          0,
        )
      );
    },
  };
}

/** What the status of an answer says of the service: 4xx are the client's doing and no measurement. */
function isAnswered({ status }: Labels): boolean {
  return !String(status).startsWith('4') && !isFailed({ status });
}

function isFailed({ status }: Labels): boolean {
  return String(status).startsWith('5');
}

/**
 * A quantile of the response times of some routes. A 5xx is an answer that never came, however fast it was; a client that
 * went away counts with the time that it waited.
 */
export function responseTimesOf(chooses: ChoosesRequests, share: number): Measure {
  return {
    async read({ metrics }) {
      const series = await metrics.values(sourceMetrics.requestTimes);
      if (series === null) return null;
      const times = readCounts(series, (labels) => chooses(labels) && isAnswered(labels));
      const failed = readCounts(series, (labels) => chooses(labels) && isFailed(labels));
      return new TimesReading(share, times, failed === null ? 0 : totalOf(failed));
    },
  };
}

/** A quantile of the times of Redis, looks at which it was away included; null where there is none by configuration. */
export function redisTimesOf(share: number): Measure {
  return {
    async read({ metrics, isRedisAnswering }, previous) {
      const series = await metrics.values(sourceMetrics.redisTimes);
      if (series === null || isRedisAnswering === null) return null;
      const { all, away } = previous instanceof TimesReading ? previous.looks : noLooks;
      const looks = { all: all + 1, away: away + (isRedisAnswering ? 0 : 1) };
      const failed = (await metrics.sum(sourceMetrics.redisErrors)) ?? 0;
      return new TimesReading(
        share,
        readCounts(series, () => true),
        failed,
        looks,
      );
    },
  };
}
