import { Readable } from 'node:stream';
import type { JsonObject } from '../../../src/catalogue/json';
import { ExportIndexer, type IndexOptions } from '../../../src/ingest/parse/export-indexer';
import { type ExportElement, type ExportReader, parseExport, readExport } from '../../../src/ingest/parse/parse-export';
import type { ParseLimits } from '../../../src/ingest/parse/parse-limits';
import { StreamSource } from '../../../src/ingest/parse/stream-source';

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

/** A reader that keeps all it is given. */
export function collectingReader(): ExportReader & { readonly collected: Collected } {
  const collected: Collected = { elements: Object.create(null), heads: Object.create(null) };
  const add = (elements: readonly ExportElement[], pointer: string, firstIndex: number): void => {
    for (const [i, element] of elements.entries()) collected.elements[`${pointer}/${firstIndex + i}`] = element;
  };
  return {
    collected,
    begin: async () => undefined,
    samples: (_head, elements, pointer, firstIndex) => add(elements, pointer, firstIndex),
    endMetric: (head, pointer) => {
      collected.heads[pointer] = head;
    },
    elements: (_kind, elements, pointer, firstIndex) => add(elements, pointer, firstIndex),
  };
}

/** Parses bytes and keeps everything that the reader is given. */
export async function collect(bytes: Buffer, limits: ParseLimits = roomyLimits): Promise<Collected> {
  const reader = collectingReader();
  await parseExport(bytes, limits, reader);
  return reader.collected;
}

/** The same from chunks: the first `edges` cut what is indexed, the second what is read. */
export async function collectFromChunks(
  bytes: Buffer,
  edges: readonly [readonly number[], readonly number[]],
  options: IndexOptions = { validate: true },
  limits: ParseLimits = roomyLimits,
): Promise<Collected> {
  const indexer = new ExportIndexer(limits, options);
  for (const chunk of cutAt(bytes, edges[0])) {
    const own = Buffer.from(chunk);
    indexer.push(own);
    // Nothing of a chunk may be held: whoever gave it may use its memory again.
    own.fill(0x22);
  }
  const index = indexer.finish();
  const reader = collectingReader();
  await readExport(index, new StreamSource(Readable.from(cutAt(bytes, edges[1]))), reader);
  return reader.collected;
}

/** Bytes in chunks, cut at positions that may come in any order, lie anywhere and come twice. */
export function cutAt(bytes: Buffer, edges: readonly number[]): Buffer[] {
  const sorted = [0, ...edges.map((edge) => edge % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return sorted.slice(1).map((end, i) => bytes.subarray(sorted[i], end));
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
