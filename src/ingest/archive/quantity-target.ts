import { healthKitQuantities, ownMetricName } from '../../catalogue/health-kit-quantities';
import type { MetricDefinition } from '../../catalogue/metric-definition';
import { builtInMetrics } from '../../catalogue/metrics';
import type { RejectReason } from '../../catalogue/reject-reason';
import { findConversion } from '../../catalogue/units';
import type { MetricBlock, UserMetric } from '../normalise/metric-block';
import { Occurrences } from './occurrences';
import { type OwnMetricIds, ownMetricOf } from './own-metrics';

/** Where the samples of one type and unit go. */
export interface QuantityTarget {
  readonly block: MetricBlock;
  /** HealthKit's `%` is a fraction, whatever the metric: 0.97 is 97 %. */
  readonly isFraction: boolean;
  /** For what is added up: tells samples of one instant apart. Null where the last of them is enough. */
  readonly occurrences: Occurrences | null;
}

/** Samples of a type and unit that cannot be kept. */
export interface UnusableTarget {
  readonly accountName: string;
  readonly reason: RejectReason;
}

/** How the account calls records whose type says nothing that can be shown. */
const unnamed = '(unnamed)';

function targetOf(block: MetricBlock, unit: string): QuantityTarget {
  const isSummed = block.definition === undefined || block.definition.kind === 'sum';
  const isHeartRate = block.definition?.family === 'heart_rate';
  return { block, isFraction: unit === '%', occurrences: isSummed && !isHeartRate ? new Occurrences() : null };
}

/** The target of a metric of the user's own. */
export function ownTarget(metric: UserMetric, ids: OwnMetricIds): QuantityTarget | UnusableTarget {
  const metricId = ids.find(metric);
  const accountName = metric.name;
  if (metricId === null) return { accountName, reason: 'too_many_metrics' };
  const conversion = { factor: 1, offset: 0 };
  return targetOf({ accountName, definition: undefined, metricId, conversion, unitHours: 1 }, metric.unit);
}

/** Timed and counted categories are metrics too; their records reach this with the metric's own unit. */
function definitionOf(type: string): MetricDefinition | undefined {
  return healthKitQuantities.get(type) ?? builtInMetrics.find(({ healthKitType }) => healthKitType === type);
}

/** The target of a type of HealthKit in a unit. */
export function quantityTarget(type: string, unit: string, ids: OwnMetricIds): QuantityTarget | UnusableTarget {
  const definition = definitionOf(type);
  const conversion = definition === undefined ? null : findConversion(definition, unit);
  if (definition !== undefined && conversion !== null) {
    const { name, id } = definition;
    return targetOf({ accountName: name, definition, metricId: id, conversion, unitHours: 1 }, unit);
  }
  const metric = ownMetricOf(type, unit);
  if (metric !== null) return ownTarget(metric, ids);
  if (type === '') return { accountName: unnamed, reason: 'name_missing' };
  const reason = `${type}${unit}`.includes('\0') ? 'text_invalid' : 'text_too_long';
  return { accountName: definition?.name ?? printableName(type), reason };
}

function printableName(type: string): string {
  return ownMetricName(type.slice(0, 100)).replaceAll('\0', '\ufffd');
}
