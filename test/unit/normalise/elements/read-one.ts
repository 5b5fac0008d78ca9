import type { Cell } from '../../../../src/batch/column-batch';
import { families } from '../../../../src/catalogue/families';
import type { JsonObject, JsonValue } from '../../../../src/catalogue/json';
import type { RejectReason } from '../../../../src/catalogue/reject-reason';
import type { ElementNormaliser } from '../../../../src/ingest/normalise/element-normaliser';
import { NormalisedPayload } from '../../../../src/ingest/normalise/normalised-payload';

/** A payload that arrived at noon of 2026-06-01, from a user in Berlin. */
function createPayload(): NormalisedPayload {
  return new NormalisedPayload({
    receivedAtMs: Date.UTC(2026, 5, 1, 12),
    futureToleranceMs: 48 * 3_600_000,
    timeZone: 'Europe/Berlin',
    namedGranularity: null,
  });
}

/** What reading one element came to: its reason, or the cells of the only row by column. */
export interface ReadOne {
  readonly reason: RejectReason | null;
  readonly row: Readonly<Record<string, Cell>>;
}

/** Reads one element; throws unless it left exactly one row, or a reason and none. */
export function readOne(read: ElementNormaliser, element: JsonValue): ReadOne {
  const payload = createPayload();
  const reason = read(element as JsonObject, payload);
  const batches = families.flatMap((family) => payload.find(family) ?? []);
  const rows = batches.reduce((sum, batch) => sum + batch.length, 0);
  if (rows !== (reason === null ? 1 : 0)) throw new Error(`${rows} rows with the reason ${reason}`);
  const row: Record<string, Cell> = {};
  for (const batch of batches) {
    for (const { name } of batch.family.columns) {
      const column = batch.column(name);
      const cell = column.values[0] as Cell;
      row[name] = Number.isNaN(cell) ? null : cell;
    }
  }
  return { reason, row };
}

/** The `details` of a row, parsed. */
export function detailsOf({ row }: ReadOne): JsonObject {
  return JSON.parse(String(row['details']));
}

/** The same JSON with the keys of every object in the order that `pick` chooses. */
export function shuffleKeys(value: JsonValue, pick: (length: number) => number): JsonValue {
  if (Array.isArray(value)) return value.map((each) => shuffleKeys(each, pick));
  if (typeof value !== 'object' || value === null) return value;
  const left = Object.keys(value);
  const members: [string, JsonValue][] = [];
  while (left.length > 0) {
    const [key] = left.splice(pick(left.length), 1) as [string];
    members.push([key, shuffleKeys(value[key] as JsonValue, pick)]);
  }
  return Object.fromEntries(members);
}
