import { HealthDataReader, type HealthDataReaderOptions } from '../../../src/ingest/archive/health-data-reader';
import type { HealthRecord } from '../../../src/ingest/archive/health-record';
import { ParseFault } from '../../../src/ingest/parse/parse-fault';

/** What a reader told of a document, and the code that it failed with. */
export interface ReadEvents {
  readonly events: readonly unknown[];
  readonly fault: string | null;
}

/** Reads a document in chunks that end at `cuts` (positions, in any order). */
export function readEvents(
  document: Buffer,
  cuts: readonly number[] = [],
  options: HealthDataReaderOptions = {},
): ReadEvents {
  const events: unknown[] = [];
  const reader = new HealthDataReader(
    {
      record: (record: HealthRecord) => events.push({ ...record }),
      element: (element, position) => events.push({ element, position }),
      tooLarge: (name, position) => events.push({ tooLarge: name, position }),
    },
    options,
  );
  try {
    let start = 0;
    for (const cut of [...cuts].sort((a, b) => a - b)) {
      // A copy, as of a buffer that is used again, which must do no harm.
      const chunk = Buffer.from(document.subarray(start, cut));
      reader.push(chunk);
      chunk.fill(0x58);
      start = Math.max(start, cut);
    }
    reader.push(document.subarray(start));
    reader.finish();
    return { events, fault: null };
  } catch (error) {
    if (error instanceof ParseFault) return { events: [], fault: error.code };
    throw error;
  }
}
