import type { JsonObject } from '../../../src/catalogue/json';
import { type ExportElement, type ExportReader, parseExport } from '../../../src/ingest/parse/parse-export';
import type { ParseLimits } from '../../../src/ingest/parse/parse-limits';

/** Every element of an export by its JSON pointer, and every metric's head by that of its metric. */
export interface Collected {
  readonly elements: Record<string, ExportElement>;
  readonly heads: Record<string, JsonObject>;
}

export const roomyLimits: ParseLimits = {
  maxDepth: 32,
  maxKeysPerObject: 1000,
  maxMetrics: 10_000,
  maxSampleBytes: 500_000,
  maxElementBytes: 1_000_000,
};

/** Parses bytes and keeps everything that the reader is given. */
export async function collect(bytes: Buffer, limits: ParseLimits = roomyLimits): Promise<Collected> {
  const collected: Collected = { elements: Object.create(null), heads: Object.create(null) };
  const add = (elements: readonly ExportElement[], pointer: string, firstIndex: number): void => {
    for (const [i, element] of elements.entries()) collected.elements[`${pointer}/${firstIndex + i}`] = element;
  };
  const reader: ExportReader = {
    begin: async () => undefined,
    samples: (_head, elements, pointer, firstIndex) => add(elements, pointer, firstIndex),
    endMetric: (head, pointer) => {
      collected.heads[pointer] = head;
    },
    elements: (_kind, elements, pointer, firstIndex) => add(elements, pointer, firstIndex),
  };
  await parseExport(bytes, limits, reader);
  return collected;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The same from the whole document as `JSON.parse` builds it, by plain walking: the oracle. */
export function collectFromDocument(document: JsonObject): Collected {
  const collected: Collected = { elements: Object.create(null), heads: Object.create(null) };
  const walk = (envelope: JsonObject, prefix: string): void => {
    for (const [kind, array] of Object.entries(envelope)) {
      if (!Array.isArray(array)) continue;
      for (const [i, element] of array.entries()) {
        const pointer = `${prefix}/${kind}/${i}`;
        if (kind !== 'metrics' || !isObject(element)) {
          collected.elements[pointer] = element;
          continue;
        }
        const { data } = element;
        collected.heads[pointer] = Array.isArray(data) ? { ...element, data: [] } : element;
        if (Array.isArray(data))
          for (const [k, sample] of data.entries()) collected.elements[`${pointer}/data/${k}`] = sample;
      }
    }
  };
  walk(document, '');
  if (isObject(document['data'])) walk(document['data'], '/data');
  return collected;
}
