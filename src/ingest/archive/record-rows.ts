import { builtInCatalogue } from '../../catalogue/catalogue';
import type { CategoryMeaning } from '../../catalogue/health-kit-categories';
import type { JsonObject } from '../../catalogue/json';
import type { MetricDefinition } from '../../catalogue/metric-definition';
import { parseInstant } from '../../catalogue/parse-instant';
import type { RejectReason } from '../../catalogue/reject-reason';
import { findConversion } from '../../catalogue/units';
import type { MetricBlock } from '../normalise/metric-block';
import type { NormalisedPayload } from '../normalise/normalised-payload';
import { bloodPressureShape } from '../normalise/shapes/blood-pressure.shape';
import { sexualActivityShape } from '../normalise/shapes/sexual-activity.shape';
import type { PressurePair } from './blood-pressure-pairs';
import type { HealthRecord } from './health-record';
import { readDecimal } from './quantity-rows';

function definitionOf(name: string): MetricDefinition {
  const definition = builtInCatalogue.find(name);
  if (definition === undefined) throw new Error(`the catalogue has no ${name}`);
  return definition;
}

function blockOf(name: string, unit: string | null = null): MetricBlock {
  const definition = definitionOf(name);
  const conversion = findConversion(definition, unit) ?? { factor: Number.NaN, offset: 0 };
  return { accountName: name, definition, metricId: definition.id, conversion, unitHours: 1 };
}

const sexualActivity = blockOf('sexual_activity');

/** What a record of a counted or timed category is worth: 1, 0, or how long it lasts in the metric's unit. */
export function categoryValue(
  record: HealthRecord,
  meaning: Extract<CategoryMeaning, { kind: 'duration' | 'count' }>,
): number {
  if (meaning.kind === 'count') return record.value === meaning.isZero ? 0 : 1;
  const start = parseInstant(record.startDate);
  const end = parseInstant(record.endDate);
  const seconds = start === null || end === null ? 0 : Math.max(0, end.atMs - start.atMs) / 1_000;
  return definitionOf(meaning.metric).unit === 'min' ? seconds / 60 : seconds;
}

/** Adds sexual activity under the count that its metadata name. */
export function addSexualActivity(record: HealthRecord, payload: NormalisedPayload): RejectReason | null {
  const isProtected = record.metadataOf('HKSexualActivityProtectionUsed');
  const protection = isProtected === '1' ? 'Protection Used' : 'Protection Not Used';
  const count = isProtected === undefined ? 'Unspecified' : protection;
  // Raw, as everything that Apple exports: `date` alone would be in need of its company.
  const sample = { start: record.startDate, end: record.startDate, source: record.sourceName, [count]: 1 };
  return sexualActivityShape.read(sample, sexualActivity, payload);
}

/** Adds both halves of a blood pressure as one sample. */
export function addPressure(pair: PressurePair, payload: NormalisedPayload): RejectReason | null {
  const { startDate, sourceName, systolic, diastolic } = pair;
  const sample: JsonObject = { start: startDate, end: startDate, source: sourceName };
  const [higher, lower] = [readDecimal(systolic.value), readDecimal(diastolic.value)];
  if (systolic.unit !== diastolic.unit) return 'value_impossible';
  const block = blockOf('blood_pressure', systolic.unit);
  return bloodPressureShape.read({ ...sample, systolic: higher, diastolic: lower }, block, payload);
}
