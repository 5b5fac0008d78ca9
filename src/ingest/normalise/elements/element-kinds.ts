import type { ElementNormaliser } from '../element-normaliser';
import type { EventKind } from './add-event';
import { readCycleTracking } from './cycle-tracking.element';
import { readEcg } from './ecg.element';
import { readHeartRateNotification } from './heart-rate-notification.element';
import { readMedication } from './medication.element';
import { readStateOfMind } from './state-of-mind.element';
import { readSymptom } from './symptom.element';
import { readWorkout } from './workout.element';

/** One of the format's arrays whose elements are kept as units. */
export interface ElementKind {
  /** Its line in the account. */
  readonly accountName: string;
  readonly read: ElementNormaliser;
}

/** The arrays by their keys in the format; a new one is one file and one line. */
export const elementKinds: ReadonlyMap<string, ElementKind> = new Map([
  ['workouts', { accountName: 'workouts', read: readWorkout }],
  ['stateOfMind', { accountName: 'state_of_mind', read: readStateOfMind }],
  ['medications', { accountName: 'medications', read: readMedication }],
  ['symptoms', { accountName: 'symptoms', read: readSymptom }],
  ['cycleTracking', { accountName: 'cycle_tracking', read: readCycleTracking }],
  ['ecg', { accountName: 'ecg', read: readEcg }],
  ['heartRateNotifications', { accountName: 'heart_rate_notifications', read: readHeartRateNotification }],
]);

/** On which line of the account an event of each kind counts. */
export const eventAccountNames: Readonly<Record<EventKind, string>> = {
  cycle_tracking: 'cycle_tracking',
  heart_rate_notification: 'heart_rate_notifications',
  medication: 'medications',
  state_of_mind: 'state_of_mind',
  symptom: 'symptoms',
};
