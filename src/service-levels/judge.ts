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
  /** Whether the goal is reached as well; null where nothing was measured, or not enough to tell. */
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

function reaches(direction: Limits['direction'], figure: Figure, goal: number): boolean | null {
  const isOpen = direction === 'until_refused' && figure.failed === 0 && (figure.value as number) < goal;
  return isOpen ? null : keeps(direction, figure, goal);
}

/** Judges a figure by the floor, or by the goal where there is none. */
export function judge({ direction, floor, goal, leastMeasurements, leastFailures }: Limits, figure: Figure): Judgement {
  if (figure.value === null) return { ...figure, verdict: 'no_data', isGoalReached: null };
  if (keeps(direction, figure, floor ?? goal)) {
    return { ...figure, verdict: 'kept', isGoalReached: reaches(direction, figure, goal) };
  }
  const isTold = figure.measurements >= leastMeasurements || figure.failed >= leastFailures;
  return isTold
    ? { ...figure, verdict: 'broken', isGoalReached: false }
    : { ...figure, verdict: 'too_few', isGoalReached: null };
}
