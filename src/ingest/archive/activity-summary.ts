import type { UserMetric } from '../normalise/metric-block';
import { attributeOf, type XmlElement } from './xml-element';

/** One number of the rings of a day. */
export interface SummaryNumber {
  readonly metric: UserMetric;
  readonly value: string;
}

/**
 * The numbers of an `ActivitySummary` with their units. They say of a day what its samples say together, so each is a
 * metric of the user's own, which is never added to those samples.
 */
const numbers: readonly { readonly attribute: string; readonly name: string; readonly unit: string }[] = [
  { attribute: 'activeEnergyBurned', name: 'activity_summary_active_energy', unit: '' },
  { attribute: 'activeEnergyBurnedGoal', name: 'activity_summary_active_energy_goal', unit: '' },
  { attribute: 'appleMoveTime', name: 'activity_summary_move_time', unit: 'min' },
  { attribute: 'appleMoveTimeGoal', name: 'activity_summary_move_time_goal', unit: 'min' },
  { attribute: 'appleExerciseTime', name: 'activity_summary_exercise_time', unit: 'min' },
  { attribute: 'appleExerciseTimeGoal', name: 'activity_summary_exercise_time_goal', unit: 'min' },
  { attribute: 'appleStandHours', name: 'activity_summary_stand_hours', unit: 'count' },
  { attribute: 'appleStandHoursGoal', name: 'activity_summary_stand_hours_goal', unit: 'count' },
];

/** The units that energy is exported in; what is none of them would make a metric for every spelling. */
const energyUnits: ReadonlySet<string> = new Set(['kcal', 'Cal', 'kJ']);

/** The numbers of an `ActivitySummary`, in the order above; without those that are absent. */
export function summaryNumbers(element: XmlElement): SummaryNumber[] {
  const sentUnit = attributeOf(element, 'activeEnergyBurnedUnit');
  const energyUnit = energyUnits.has(sentUnit) && sentUnit !== 'Cal' ? sentUnit : 'kcal';
  return numbers.flatMap(({ attribute, name, unit }) => {
    const value = attributeOf(element, attribute);
    return value === '' ? [] : [{ metric: { name, unit: unit === '' ? energyUnit : unit }, value }];
  });
}
