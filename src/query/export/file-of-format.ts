import { CsvWriter } from './csv.writer';
import type { ExportRequest } from './export-request';
import type { ExportWriter } from './export-writer';
import { FhirWriter } from './fhir/fhir.writer';
import { NdjsonWriter } from './ndjson.writer';

/** What kind of file an export is, and what writes it. */
export interface ExportFile {
  readonly writer: ExportWriter;
  readonly contentType: string;
  /** Without a dot; `zip` for several files that the writer makes one by one. */
  readonly extension: 'ndjson' | 'csv' | 'zip' | 'json';
}

/** The file of a request. CSV holds one family a file, so several are a zip. */
export function fileOf({ format, families, userId }: ExportRequest): ExportFile {
  switch (format) {
    case 'ndjson':
      return { writer: new NdjsonWriter(), contentType: 'application/x-ndjson; charset=utf-8', extension: 'ndjson' };
    case 'csv':
      return families.length > 1
        ? { writer: new CsvWriter(), contentType: 'application/zip', extension: 'zip' }
        : { writer: new CsvWriter(), contentType: 'text/csv; charset=utf-8; header=present', extension: 'csv' };
    case 'fhir-ndjson':
      return {
        writer: new FhirWriter(userId, 'lines'),
        contentType: 'application/fhir+ndjson; charset=utf-8',
        extension: 'ndjson',
      };
    case 'fhir-bundle':
      return {
        writer: new FhirWriter(userId, 'bundle'),
        contentType: 'application/fhir+json; charset=utf-8',
        extension: 'json',
      };
    default:
      return format satisfies never;
  }
}
