import type { JsonObject, JsonValue } from '../../catalogue/json';
import { type LoopTurns, loopTurns } from '../../common/loop-turns';
import { buildElements } from './build-elements';
import { BufferSource, type ByteSource } from './byte-source';
import type { ExportIndex } from './export-index';
import { ExportIndexer } from './export-indexer';
import type { ParseLimits } from './parse-limits';
import { pushInTurns, stepBytes } from './push-in-turns';

/** Stands for an element that is too large to be built. */
export const tooLarge = Symbol('too large');

/** An element as it is given to the reader. */
export type ExportElement = JsonValue | typeof tooLarge;

/** What the elements of an export are given to, in the order of the document. */
export interface ExportReader {
  /**
   * The heads of all metrics, before the first element: which of them are known can be looked up at once.
   * A head is the metric object with its samples left out: where `data` is an array, it is empty.
   */
  begin(heads: readonly JsonObject[]): Promise<void> | undefined;
  /** Some neighbouring samples of one metric; `firstIndex` is the first one's place in `pointer`. */
  samples(head: JsonObject, elements: readonly ExportElement[], pointer: string, firstIndex: number): void;
  /** A metric has come to its end, with its samples or without any. */
  endMetric(head: JsonObject, pointer: string): void;
  /** Some neighbouring elements of another array; of `metrics`, an element that is not an object. */
  elements(kind: string, elements: readonly ExportElement[], pointer: string, firstIndex: number): void;
  /**
   * After each call of `samples` or `elements`; nothing more is read or given until its promise is settled, so that what
   * was read can be written, and memory does not grow with the export. Where it rejects, the reading ends.
   */
  afterSlice?(): Promise<void> | undefined;
}

const tooLargeAlone: readonly ExportElement[] = [tooLarge];

/**
 * Gives the elements of an export to a reader, in the order of the document. Pieces of the source are read as they are
 * needed; what a checked index does not name is never read.
 *
 * Errors: rejects with ParseFault for an element that is not legal, which can be only when the index was made without
 * `validate`; the reader may have been given elements by then. Rejects as the source and the reader do.
 */
export async function readExport(
  index: ExportIndex,
  source: ByteSource,
  reader: ExportReader,
  turns: LoopTurns = loopTurns,
): Promise<void> {
  // What has been worked since the last breath, in bytes: a body of a few kilobytes is read in one go.
  let workedBytes = 0;
  await reader.begin(index.heads);
  for (const part of index.parts) {
    const { array, head, position } = part;
    const pointer = head === null ? array.pointer : `${array.pointer}/${position}`;
    const samplesPointer = head === null ? '' : `${pointer}/data`;
    let at = head === null ? position : 0;
    for (const slice of part.slices) {
      workedBytes += slice.end - slice.start;
      if (workedBytes > stepBytes) {
        workedBytes = 0;
        const breath = turns.breathe();
        if (breath !== undefined) await breath;
      }
      let elements = tooLargeAlone;
      if (!slice.isTooLarge) {
        const read = source.read(slice.start, slice.end);
        const bytes = Buffer.isBuffer(read) ? read : await read;
        elements = buildElements(bytes.toString('utf8'), slice.start);
      }
      if (array.isReplaced || slice.isReplaced) continue;
      if (head === null) reader.elements(array.kind, elements, pointer, at);
      else reader.samples(head, elements, samplesPointer, at);
      at += elements.length;
      const pause = reader.afterSlice?.();
      if (pause !== undefined) {
        await pause;
        workedBytes = stepBytes;
      }
    }
    if (head !== null && !array.isReplaced) reader.endMetric(head, pointer);
  }
}

/**
 * Reads an export that is in memory, without building the document: a scan of the bytes finds the edges of the elements,
 * and `JSON.parse` is given slices of a few hundred of them.
 *
 * As strict as `JSON.parse` of the whole, and of the same meaning, but for a byte order mark, which is passed over, and
 * for the inside of an element that is too large to be built.
 * Errors: rejects with ParseFault; the reader may have been given elements by then. The event loop is held for 2 ms at a
 * time by all exports together, but for a single large element, which is built at once.
 */
export async function parseExport(
  bytes: Buffer,
  limits: ParseLimits,
  reader: ExportReader,
  turns: LoopTurns = loopTurns,
): Promise<void> {
  const indexer = new ExportIndexer(limits, { validate: false });
  await pushInTurns(indexer, bytes, turns);
  await readExport(indexer.finish(), new BufferSource(bytes), reader, turns);
}
