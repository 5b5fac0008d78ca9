import { sourceMetrics } from '../source-metrics';
import type { Figure, Measure, Reading } from './reading';

/** Refusals that say that it is too much for this process; the others are of a client that sends too much or too slowly. */
const overloadReasons: ReadonlySet<unknown> = new Set(['backlog', 'event_loop', 'pool']);

/** Connections that were open, and requests that were refused because it was too much. */
class ConnectionsReading implements Reading {
  constructor(
    private readonly open: number,
    /** The most that were open at any reading. */
    readonly peak: number,
    private readonly refused: number,
    /** How often it was looked, this time included. */
    readonly looks: number,
  ) {}

  figureSince(earlier: Reading | null, between: readonly Reading[]): Figure {
    const before = earlier instanceof ConnectionsReading ? earlier : null;
    const readings = between.filter((reading) => reading instanceof ConnectionsReading);
    const isSinceStart = before === null || before.looks === 1;
    const peak = isSinceStart ? this.peak : readings.reduce((most, { open }) => Math.max(most, open), this.open);
    const failed = this.refused - (before?.refused ?? 0);
    return { value: peak, isLowerBound: false, measurements: this.looks - (before?.looks ?? 0), failed };
  }
}

/** The most connections at once, and as `failed` the requests that were refused for overload. */
export const connections: Measure = {
  async read({ metrics, openConnections: open }, previous) {
    const refused = (await metrics.sum(sourceMetrics.refusals, ({ reason }) => overloadReasons.has(reason))) ?? 0;
    const before = previous instanceof ConnectionsReading ? previous : null;
    return new ConnectionsReading(open, Math.max(open, before?.peak ?? 0), refused, 1 + (before?.looks ?? 0));
  },
};
