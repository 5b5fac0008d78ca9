import { isoFromUs, isoOrNull } from '../paging/instant-text';
import type { PagedTable } from '../paging/read-page';
import { type MarkedRow, type Marks, markColumns, marksOf } from '../paging/row-marks';

/** What a list says of an electrocardiogram; what was not sent is null. */
export interface EcgSummary extends Marks {
  readonly id: string;
  readonly source: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly classification: string | null;
  readonly severity: string | null;
  /** Beats a minute. */
  readonly averageHeartRate: number | null;
  readonly samplingHz: number | null;
  readonly voltageCount: number;
}

/** {@link summaryColumns} as they are read. */
export interface EcgColumns extends MarkedRow {
  readonly id: string;
  readonly source: string;
  readonly ended_at: Date | null;
  readonly classification: string | null;
  readonly severity: string | null;
  readonly average_heart_rate: number | null;
  readonly sampling_hz: number | null;
  readonly voltage_count: number;
}

type EcgRow = EcgColumns & { readonly started_us: string };

/** What a summary is made of, beside the id and the start. */
export const summaryColumns = [
  'source',
  'ended_at',
  'classification',
  'severity',
  'average_heart_rate',
  'sampling_hz',
  'voltage_count',
  ...markColumns,
] as const;

/** The summary of a row; `startedAt` apart, because it is read in two ways. */
export function toSummary(startedAt: string, row: EcgColumns): EcgSummary {
  return {
    id: row.id,
    source: row.source,
    startedAt,
    endedAt: isoOrNull(row.ended_at),
    classification: row.classification,
    severity: row.severity,
    averageHeartRate: row.average_heart_rate,
    samplingHz: row.sampling_hz,
    voltageCount: row.voltage_count,
    ...marksOf(row),
  };
}

/** Electrocardiograms by their start. */
export const ecgTable: PagedTable<EcgRow, EcgSummary> = {
  table: 'ecg_recordings',
  key: [
    { name: 'started_at', type: 'instant' },
    { name: 'id', type: 'uuid' },
  ],
  columns: summaryColumns,
  toItem: (row) => toSummary(isoFromUs(row.started_us), row),
};
