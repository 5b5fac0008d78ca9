import { builtInCatalogue } from '../../../src/catalogue/catalogue';
import { families } from '../../../src/catalogue/families';
import type { Account } from '../../../src/ingest/account';
import type { ArchiveFiles } from '../../../src/ingest/archive/archive-files';
import { BareDocument } from '../../../src/ingest/archive/bare-document';
import { normaliseArchive } from '../../../src/ingest/archive/read-archive';
import { surveyArchive } from '../../../src/ingest/archive/survey-archive';
import { ZipArchive } from '../../../src/ingest/archive/zip-archive';
import type { ByteRanges } from '../../../src/ingest/archive/zip-reader';
import type { EventKind } from '../../../src/ingest/normalise/elements/add-event';
import { eventAccountNames } from '../../../src/ingest/normalise/elements/element-kinds';
import type { UserMetric } from '../../../src/ingest/normalise/metric-block';

/** One row of any family, by its columns; the family's name is in `family`, of a quantity the metric's in `metric`. */
export type ArchiveRow = Readonly<Record<string, unknown>>;

/** What an archive is read as, before it is written; the account is that of everything being new. */
export interface ArchiveRows {
  readonly rows: readonly ArchiveRow[];
  readonly account: Account;
  /** As `name unit`. */
  readonly ownMetrics: readonly string[];
  readonly parts: number;
}

const lines: Readonly<Record<string, string>> = { sleep_segment: 'sleep_analysis', workout: 'workouts' };

/** Bytes that are in memory, as ranges; as strict as those that are kept in the database. */
export function rangesOf(bytes: Buffer): ByteRanges {
  const read = (start: number, end: number): Promise<Buffer> =>
    start < 0 || end > bytes.length || start > end
      ? Promise.reject(new RangeError('the bytes lie outside of the body'))
      : Promise.resolve(bytes.subarray(start, end));
  return { size: bytes.length, read };
}

/** Opens an archive or, of text, a document by itself. */
export async function openFiles(body: string | Buffer, maxBytes = 1e9): Promise<ArchiveFiles> {
  if (Buffer.isBuffer(body)) return await ZipArchive.open(rangesOf(body), maxBytes);
  const bytes = Buffer.from(body);
  return new BareDocument(async function* () {
    for (let at = 0; at < bytes.length; at += 65_536) yield await Promise.resolve(bytes.subarray(at, at + 65_536));
  });
}

function lineOf(row: ArchiveRow): string {
  if (row['family'] === 'quantity') return row['metric'] as string;
  if (row['family'] === 'event') return eventAccountNames[row['kind'] as EventKind];
  return lines[row['family'] as string] ?? (row['family'] as string);
}

function metricName(id: unknown, own: readonly UserMetric[]): string | undefined {
  return (id as number) < 0 ? own[-1 - (id as number)]?.name : builtInCatalogue.byId(id as number)?.name;
}

/** Reads an archive, or a document by itself, as far as the rows that would be written. */
export async function archiveRows(body: string | Buffer, timeZone = 'Europe/Berlin'): Promise<ArchiveRows> {
  const files = await openFiles(body);
  const own = await surveyArchive(files);
  const rows: ArchiveRow[] = [];
  const context = { receivedAtMs: Date.UTC(2024, 5, 1), futureToleranceMs: 0, timeZone, namedGranularity: null };
  let parts = 0;
  const account = await normaliseArchive(
    {
      files,
      ownMetrics: own,
      context,
      findUserMetrics: (asked) => Promise.resolve(asked.map((_, i) => -1 - i)),
    },
    (part) => {
      parts++;
      for (const family of families) {
        const batch = part.find(family);
        for (let row = 0; row < (batch?.length ?? 0); row++) {
          const cells = Object.fromEntries(family.columns.map(({ name }) => [name, batch?.column(name).values[row]]));
          rows.push({ family: family.name, metric: metricName(cells['metric_id'], own), ...cells });
        }
      }
      return Promise.resolve();
    },
  );
  const written = new Map<string, { stored: number; updated: number; unchanged: number }>();
  for (const row of rows) {
    const line = lineOf(row);
    written.set(line, { stored: (written.get(line)?.stored ?? 0) + 1, updated: 0, unchanged: 0 });
  }
  const ownMetrics = own.map(({ name, unit }) => `${name} ${unit}`);
  return { rows, account: account.close(written), ownMetrics, parts };
}
