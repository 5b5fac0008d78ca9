import type { Phone } from '../../../support/phone';
import { type RawReply, sendRequest } from '../../../support/send-request';
import { type Service, startService } from '../../../support/service';

// biome-ignore lint/suspicious/noExplicitAny: a test says by what it expects what an answer holds
type Anything = any;

/** The scopes of a key that may also export. */
export const exportScopes = ['ingest:write', 'read', 'export'] as const;

/** The tables of a person's data, by the family that is exported from each. */
export const tableByFamily = {
  heart_rate: 'heart_rate_metrics',
  blood_pressure: 'blood_pressure_metrics',
  quantity: 'quantity_metrics',
  sleep_night: 'sleep_metrics',
  sleep_segment: 'sleep_segments',
  workout: 'workouts',
  event: 'health_events',
  ecg: 'ecg_recordings',
} as const;

/** The service with a phone whose key may export. */
export async function openExport(
  env: Readonly<Record<string, string>> = {},
): Promise<{ service: Service; phone: Phone }> {
  const service = await startService(env);
  return { service, phone: await service.newPhone({ scopes: exportScopes }) };
}

/** Asks for an export, with its headers and trailers. */
export function askForExport(
  service: Service,
  { key }: Phone,
  query = '',
  headers: Readonly<Record<string, string>> = {},
): Promise<RawReply> {
  const path = `/v1/export${query}`;
  return sendRequest({
    port: service.port,
    method: 'GET',
    path,
    headers: { authorization: `Bearer ${key}`, ...headers },
    timeoutMs: 60_000,
  });
}

/** The lines of NDJSON, read. */
export function linesOf(bytes: Buffer): Anything[] {
  const text = bytes.toString();
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** The rows of a CSV by RFC 4180, each by the names of its columns. */
export function csvRows(text: string): Record<string, string>[] {
  const rows: string[][] = [];
  const cells = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  let row: string[] = [];
  let end = 0;
  for (const [whole, quoted, plain, separator] of text.matchAll(cells)) {
    end += whole.length;
    row.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (separator === ',') continue;
    rows.push(row);
    row = [];
  }
  if (end !== text.length) throw new Error(`no CSV at character ${end}: ${JSON.stringify(text.slice(end, end + 60))}`);
  const [names = [], ...data] = rows;
  return data.map((values) => {
    if (values.length !== names.length) throw new Error('a row with another number of cells than there are names');
    return Object.fromEntries(names.map((name, i) => [name, values[i] ?? '']));
  });
}
