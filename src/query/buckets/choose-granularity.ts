import { Granularity } from '../../catalogue/granularity';
import type { Aggregate } from './bucket-question';
import type { RolledRow } from './rolled-statement';

const dayS = 86_400;

/** Whether samples of this metric, source, local time (in s as if it were UTC) and granularity count. */
export type IsChosen = (metricId: number, source: string, localS: number, granularity: number) => boolean;

const keyOf = (metricId: number, source: string, localS: number): string =>
  `${metricId} ${Math.floor(localS / dayS)} ${source}`;

/** The place of the greatest score, the first of several; scores of granularities that are not there are missing. */
function placeOfGreatest(scores: readonly (number | undefined)[]): number {
  let place = 0;
  for (const [i, score = Number.NEGATIVE_INFINITY] of scores.entries()) {
    if (score > (scores[place] ?? Number.NEGATIVE_INFINITY)) place = i;
  }
  return place;
}

/**
 * Chooses one granularity for each source and local day from its roll-ups, never several that would be added up: for sums
 * the one with the greatest total, else the one with the most samples, and of two alike the finer one
 * (docs/decisions/019-roll-ups.md). Of a metric with two parts the first decides.
 */
export function chooseGranularities(rows: readonly RolledRow[], aggregateOf: ReadonlyMap<number, Aggregate>): IsChosen {
  const scores = new Map<string, (number | undefined)[]>();
  for (const row of rows) {
    if (row.span !== Granularity.day || row.part !== 0) continue;
    const key = keyOf(row.metric_id, row.source, row.start_s);
    const ofDay = scores.get(key) ?? [];
    scores.set(key, ofDay);
    const score = aggregateOf.get(row.metric_id) === 'sum' ? row.sum : row.samples;
    ofDay[row.granularity] = (ofDay[row.granularity] ?? 0) + score;
  }
  const chosen = new Map<string, number>();
  for (const [key, ofDay] of scores) chosen.set(key, placeOfGreatest(ofDay));
  return (metricId, source, localS, granularity) => chosen.get(keyOf(metricId, source, localS)) === granularity;
}
