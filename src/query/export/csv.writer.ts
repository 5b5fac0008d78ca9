import { SampleFlag } from '../../catalogue/family';
import type { CopiedSample } from './copied-sample';
import { csvText } from './csv-cell';
import type { ExportFamily, SampleFamily, ThingFamily } from './export-request';
import type { ExportWriter } from './export-writer';
import type { ExportedMetric } from './exported-metric';
import { granularityName } from './granularity-names';
import type { ExportedThings } from './thing-tables';

type ThingColumns = { readonly [Family in ThingFamily]: readonly (keyof ExportedThings[Family] & string)[] };

const sampleValues: Readonly<Record<SampleFamily, readonly string[]>> = {
  heart_rate: ['value', 'min', 'max'],
  blood_pressure: ['systolic', 'diastolic'],
  quantity: ['value', 'min', 'max'],
};

/** The columns of each file of things, by the names that the API gives them. What has parts is a cell of JSON. */
const thingColumns: ThingColumns = {
  sleep_night: [
    'id',
    'wakeDate',
    'source',
    'startedAt',
    'endedAt',
    'sleepStartAt',
    'sleepEndAt',
    'inBedStartAt',
    'inBedEndAt',
    'totalSleepHours',
    'asleepHours',
    'coreHours',
    'deepHours',
    'remHours',
    'awakeHours',
    'inBedHours',
    'zoneOffsetMinutes',
    'odd',
  ],
  sleep_segment: ['startedAt', 'endedAt', 'stage', 'source', 'zoneOffsetMinutes', 'odd'],
  workout: [
    'id',
    'name',
    'source',
    'startedAt',
    'endedAt',
    'durationS',
    'location',
    'isIndoor',
    'activeEnergyKcal',
    'totalEnergyKcal',
    'distanceKm',
    'minHeartRate',
    'avgHeartRate',
    'maxHeartRate',
    'routePoints',
    'seriesPoints',
    'details',
    'route',
    'series',
    'zoneOffsetMinutes',
    'odd',
  ],
  event: ['id', 'kind', 'name', 'source', 'startedAt', 'endedAt', 'value', 'details', 'zoneOffsetMinutes', 'odd'],
  ecg: [
    'id',
    'source',
    'startedAt',
    'endedAt',
    'classification',
    'severity',
    'averageHeartRate',
    'samplingHz',
    'voltageCount',
    'details',
    'voltages',
    'zoneOffsetMinutes',
    'odd',
  ],
};

function columnsOf(family: ExportFamily): readonly string[] {
  if (family in thingColumns) return thingColumns[family as ThingFamily];
  const values = sampleValues[family as SampleFamily];
  return [
    'metric',
    'unit',
    'recordedAt',
    ...values,
    'source',
    'granularity',
    'context',
    'details',
    'zoneOffsetMinutes',
    'odd',
  ];
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return csvText(typeof value === 'string' ? value : JSON.stringify(value));
}

/**
 * One family as CSV (RFC 4180): a line of names, then one a row, ended by CR LF. Numbers are plain; a text that a
 * spreadsheet would take for a formula is made harmless (see {@link csvText}); what is absent is an empty cell.
 */
export class CsvWriter implements ExportWriter {
  /** The names of the columns of the first family: a file holds one. */
  begin([family]: readonly ExportFamily[]): string {
    return family === undefined ? '' : `${columnsOf(family).join(',')}\r\n`;
  }

  samples({ family, name, unit }: ExportedMetric, samples: readonly CopiedSample[]): string {
    const head = `${csvText(name)},${csvText(unit)},`;
    const isPair = family === 'blood_pressure';
    let lines = '';
    for (const sample of samples) {
      const { value, min, max, details } = sample;
      const values = isPair ? `${value},${min}` : `${value},${min ?? ''},${max ?? ''}`;
      lines +=
        `${head}${sample.recordedAt},${values},${csvText(sample.source)},${granularityName(sample.granularity)},` +
        `${csvText(sample.context)},${details === null ? '' : csvText(details)},${sample.zoneOffsetMinutes},` +
        `${(sample.flags & SampleFlag.odd) === 0 ? '' : 'true'}\r\n`;
    }
    return lines;
  }

  things<Family extends ThingFamily>(family: Family, things: readonly ExportedThings[Family][]): string {
    const columns = thingColumns[family];
    return things.map((thing) => `${columns.map((name) => cellOf(thing[name])).join(',')}\r\n`).join('');
  }

  /** Nothing: a line that is no row would be read as one. */
  end(): string {
    return '';
  }
}
