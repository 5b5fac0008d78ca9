import { z } from 'zod';
import type { InstantRange } from '../request/instant-range';
import { choiceParameter, choicesParameter, rangeParameters } from '../request/query-fields';

/** What can be exported, in the order in which it is: names of src/catalogue/families.ts. */
export const exportFamilies = [
  'heart_rate',
  'blood_pressure',
  'quantity',
  'sleep_night',
  'sleep_segment',
  'workout',
  'event',
  'ecg',
] as const;

/** One of {@link exportFamilies}. */
export type ExportFamily = (typeof exportFamilies)[number];

/** The families whose rows are samples of a metric. */
export type SampleFamily = Extract<ExportFamily, 'heart_rate' | 'blood_pressure' | 'quantity'>;

/** The families whose rows are things with an identity or a stage, and no number of a metric. */
export type ThingFamily = Exclude<ExportFamily, SampleFamily>;

/** True for the families whose rows are samples. */
export function isSampleFamily(family: ExportFamily): family is SampleFamily {
  return family === 'heart_rate' || family === 'blood_pressure' || family === 'quantity';
}

/** The forms that an export can have. */
export const exportFormats = ['ndjson', 'csv', 'fhir-ndjson', 'fhir-bundle'] as const;

/** One of {@link exportFormats}. */
export type ExportFormat = (typeof exportFormats)[number];

/** What can be asked of an export. */
export const exportQuery = z.object({
  format: choiceParameter(exportFormats).default('ndjson'),
  families: choicesParameter(exportFamilies).default([...exportFamilies]),
  ...rangeParameters,
});

/** An export that was asked for; `families` in the order of {@link exportFamilies}. */
export interface ExportRequest {
  readonly userId: string;
  readonly format: ExportFormat;
  readonly families: readonly ExportFamily[];
  readonly range: InstantRange;
}
