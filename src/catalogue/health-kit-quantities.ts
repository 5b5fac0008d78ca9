import type { MetricDefinition } from './metric-definition';
import { builtInMetrics } from './metrics';

/** The two halves of a blood pressure, which Apple's export has as records of their own. */
export const bloodPressureTypes = {
  systolic: 'HKQuantityTypeIdentifierBloodPressureSystolic',
  diastolic: 'HKQuantityTypeIdentifierBloodPressureDiastolic',
} as const;

/** The catalogue's metrics whose samples are quantities of HealthKit, by Apple's identifier. */
export const healthKitQuantities: ReadonlyMap<string, MetricDefinition> = new Map(
  builtInMetrics
    .filter(({ healthKitType }) => healthKitType.startsWith('HKQuantityTypeIdentifier'))
    .map((definition) => [definition.healthKitType, definition]),
);

/**
 * What a type of HealthKit that the catalogue does not know is called as a metric of the user's own: its identifier
 * without Apple's prefix, in snake case.
 */
export function ownMetricName(healthKitType: string): string {
  const name = healthKitType.replace(/^HK(Quantity|Category|Correlation)TypeIdentifier|^HKDataType|^HK/, '');
  // The bare prefix is no name, and is kept as it is.
  return (name || healthKitType)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
}

/** What a number tells apart readings of one instant, by the metadata key that it comes under. */
export const contextsByMetadata: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  /** HKBloodGlucoseMealTime */
  HKBloodGlucoseMealTime: { '1': 'before_meal', '2': 'after_meal' },
  /** HKInsulinDeliveryReason */
  HKInsulinDeliveryReason: { '1': 'basal', '2': 'bolus' },
};
