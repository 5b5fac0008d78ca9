import type { ServicePromise } from './promises';
import type { Figure } from './readings/reading';

/**
 * Whether a promise was kept; `no_data` where nothing was measured, `too_few` where the figure is beyond the limit and made
 * of fewer measurements than can tell.
 */
export const verdicts = ['kept', 'broken', 'too_few', 'no_data'] as const;

/** One of {@link verdicts}. */
export type Verdict = (typeof verdicts)[number];

/** A figure with what it means. */
export interface Judgement extends Figure {
  readonly verdict: Verdict;
  /** Whether the goal is reached as well; null where nothing was measured, or too little to tell. */
  readonly isGoalReached: boolean | null;
}

type Limits = Pick<ServicePromise, 'direction' | 'floor' | 'goal' | 'leastMeasurements' | 'leastFailures'>;

function keeps(direction: Limits['direction'], { value, isLowerBound, failed }: Figure, limit: number): boolean {
  const measured = value as number;
  switch (direction) {
    case 'at_most':
      // Beyond everything that is counted apart: no limit lies there.
      return measured <= limit && !isLowerBound;
    case 'at_least':
      return measured >= limit;
    default:
      return failed === 0 || measured >= limit;
  }
}

function reaches({ direction, goal, leastMeasurements }: Limits, figure: Figure): boolean | null {
  const isReached = keeps(direction, figure, goal);
  const isOpen = direction === 'until_refused' && figure.failed === 0 && (figure.value as number) < goal;
  const isTooFew = isReached && figure.measurements < leastMeasurements;
  return isOpen || isTooFew ? null : isReached;
}

/**
 * Judges a figure by the floor, or by the goal where there is none. A few measurements keep a promise, because none of them
 * is beyond the limit; they neither break it nor show that the goal is reached.
 */
export function judge(limits: Limits, figure: Figure): Judgement {
  const { direction, floor, goal, leastMeasurements, leastFailures } = limits;
  if (figure.value === null) return { ...figure, verdict: 'no_data', isGoalReached: null };
  if (keeps(direction, figure, floor ?? goal)) {
    return { ...figure, verdict: 'kept', isGoalReached: reaches(limits, figure) };
  }
  const isTold = figure.measurements >= leastMeasurements || figure.failed >= leastFailures;
  return isTold
    ? { ...figure, verdict: 'broken', isGoalReached: false }
    : { ...figure, verdict: 'too_few', isGoalReached: null };
}
