import { healthKitQuantities, ownMetricName } from '../../catalogue/health-kit-quantities';
import { findConversion } from '../../catalogue/units';
import type { UserMetric } from '../normalise/metric-block';

/** The longest unit kept; HealthKit's own are under 30 characters. */
const maxUnitLength = 100;

/** The longest type kept; HealthKit's own are under 70 characters. */
const maxTypeLength = 200;

/**
 * The user's own metric that samples of a type are kept as: where the catalogue does not know the type, or not in this
 * unit. Null for what the catalogue knows, and for names that nobody can keep.
 */
export function ownMetricOf(type: string, unit: string): UserMetric | null {
  if (type === '' || type.length > maxTypeLength || unit.length > maxUnitLength || `${type}${unit}`.includes('\0')) {
    return null;
  }
  const definition = healthKitQuantities.get(type);
  if (definition === undefined) return { name: ownMetricName(type), unit };
  return findConversion(definition, unit) === null ? { name: definition.name, unit } : null;
}

/** The ids of a user's own metrics, by name and unit; null for those beyond what one user may have. */
export class OwnMetricIds {
  private readonly ids = new Map<string, number | null>();

  constructor(metrics: readonly UserMetric[], ids: readonly (number | null)[]) {
    for (const [i, metric] of metrics.entries()) this.ids.set(keyOf(metric), ids[i] ?? null);
  }

  /** Negative for one that is yet to be made. */
  find(metric: UserMetric): number | null {
    return this.ids.get(keyOf(metric)) ?? null;
  }
}

function keyOf({ name, unit }: UserMetric): string {
  return `${name}\0${unit}`;
}
