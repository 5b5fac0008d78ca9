import { builtInCatalogue } from '../../../catalogue/catalogue';
import { ecgFamily } from '../../../catalogue/families';
import { SampleFlag } from '../../../catalogue/family';
import type { JsonValue } from '../../../catalogue/json';
import { uuidV5 } from '../../../common/uuid';
import type { ElementNormaliser } from '../element-normaliser';
import { ElementFields } from './element-fields';
import { PointColumns } from './point-columns';
import { voltagePointShape } from './point-shape';
import { readDetails } from './read-details';
import { readScalar, toCanonicalScalar } from './read-scalar';

/** Over half an hour at 512 a second; a recording of the watch is 30 seconds. */
const maxVoltages = 1_000_000;

const heartRate = builtInCatalogue.find('heart_rate');

/** NaN where something was sent that is no heart rate. */
function readHeartRate(value: JsonValue): number | null {
  if (value === null || heartRate === undefined) return null;
  const scalar = readScalar(value);
  return scalar === null ? Number.NaN : toCanonicalScalar(scalar, heartRate);
}

/** NaN where something was sent that is no rate. */
function readSamplingHz(value: JsonValue): number | null {
  if (value === null) return null;
  const scalar = readScalar(value);
  if (scalar === null || scalar.qty <= 0) return Number.NaN;
  return scalar.units === null || scalar.units.toLowerCase() === 'hz' ? scalar.qty : null;
}

/** The id of an ECG of a history, which has no source there, until the app sends it. */
export function archivedEcgId(startAtMs: number): string {
  return uuidV5('archived_ecg', startAtMs);
}

/**
 * Reads an electrocardiogram; the same by start and source, for it has no id.
 *
 * The voltages are a column block: `at_ms` (to the microsecond), `voltage` and `units` as sent (`mcV`). One that is not
 * a number makes the whole recording `series_malformed`: a curve with holes is none. A count of voltages other than the
 * one announced, and a heart rate or sampling rate that is none, are odd; they are in the details as sent.
 */
export const readEcg: ElementNormaliser = (element, payload) => {
  const fields = new ElementFields(element, payload.context);
  const start = fields.instant('start');
  const end = fields.instant('end');
  const source = fields.source('source');
  const classification = fields.text('classification');
  const severity = fields.text('severity');
  if (fields.reason !== null) return fields.reason;
  if (start === null) return 'date_missing';
  if (end !== null && end.atMs < start.atMs) return 'end_before_start';

  const points = fields.take('voltageMeasurements') ?? [];
  if (!Array.isArray(points) || points.length > maxVoltages) return 'series_malformed';
  const voltages = new PointColumns();
  const unreadable = voltages.add(points, voltagePointShape, start.offsetMinutes);
  if (!voltages.isUsable || voltages.column('voltage').includes(null)) return 'series_malformed';

  const averageHeartRate = readHeartRate(fields.peek('averageHeartRate') ?? null);
  const samplingHz = readSamplingHz(fields.peek('samplingFrequency') ?? null);
  const announced = fields.peek('numberOfVoltageMeasurements') ?? points.length;
  const isOdd = announced !== points.length || Number.isNaN(averageHeartRate) || Number.isNaN(samplingHz);
  const rest = fields.rest();
  const details = readDetails(unreadable > 0 ? { ...rest, unreadableVoltages: unreadable } : rest);
  if (typeof details === 'string') return details;
  payload.batch(ecgFamily).append({
    id: payload.context.isArchive ? archivedEcgId(start.atMs) : uuidV5('ecg', start.atMs, source),
    source,
    started_at: start.atMs,
    ended_at: end?.atMs ?? null,
    classification,
    severity,
    average_heart_rate: averageHeartRate,
    sampling_hz: samplingHz,
    voltage_count: points.length,
    voltages: points.length > 0 ? voltages.encode() : null,
    details: details.json,
    zone_offset_minutes: start.offsetMinutes,
    flags: isOdd ? SampleFlag.odd : 0,
  });
  return null;
};
