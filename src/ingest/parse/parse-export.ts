import { isUtf8 } from 'node:buffer';
import { setImmediate as letOthersRun } from 'node:timers/promises';
import type { JsonObject, JsonValue } from '../../catalogue/json';
import type { ElementSlice, EnvelopeArray } from './export-index';
import { ExportScanner } from './export-scanner';
import { ParseFault } from './parse-fault';
import type { ParseLimits } from './parse-limits';

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
  begin(heads: readonly JsonObject[]): Promise<void>;
  /** Some neighbouring samples of one metric; `firstIndex` is the first one's place in `pointer`. */
  samples(head: JsonObject, elements: readonly ExportElement[], pointer: string, firstIndex: number): void;
  /** A metric has come to its end, with its samples or without any. */
  endMetric(head: JsonObject, pointer: string): void;
  /** Some neighbouring elements of another array; of `metrics`, an element that is not an object. */
  elements(kind: string, elements: readonly ExportElement[], pointer: string, firstIndex: number): void;
}

/** How long the event loop is held before it is let go, in ms. */
const sliceBudgetMs = 2;

/** Bytes scanned between two looks at the clock: some 0.2 ms of work. */
const scanStepBytes = 64 * 1024;

/** Lets go of the event loop whenever it has been held for {@link sliceBudgetMs}. */
class LoopBudget {
  private sinceMs = performance.now();

  async breathe(): Promise<void> {
    if (performance.now() - this.sinceMs < sliceBudgetMs) return;
    await letOthersRun();
    this.sinceMs = performance.now();
  }
}

function build(bytes: Buffer, slice: ElementSlice): ExportElement[] {
  if (slice.isTooLarge) return [tooLarge];
  try {
    return JSON.parse(`[${bytes.toString('utf8', slice.start, slice.end)}]`);
  } catch {
    // The error of JSON.parse quotes the text, which may hold health values.
    throw new ParseFault('json_malformed', `Not legal JSON: between bytes ${slice.start} and ${slice.end}.`);
  }
}

function buildHead(headerText: string): JsonObject {
  try {
    return JSON.parse(headerText);
  } catch {
    throw new ParseFault('json_malformed', 'Not legal JSON: in the head of a metric.');
  }
}

/** One metric of the export with its head built. */
interface HeadedMetric {
  readonly head: JsonObject;
  readonly pointer: string;
  readonly samples: readonly ElementSlice[];
}

function headMetrics(array: EnvelopeArray): HeadedMetric[] {
  return array.metrics.map(({ position, headerText, samples }) => ({
    head: buildHead(headerText),
    pointer: `${array.pointer}/${position}`,
    samples,
  }));
}

/**
 * Reads an export without building the document: a scan of the bytes finds the edges of the elements, and `JSON.parse`
 * is given slices of a few hundred of them.
 *
 * As strict as `JSON.parse` of the whole, and of the same meaning, but for a byte order mark, which is passed over, and
 * for the inside of an element that is too large to be built.
 * Errors: rejects with {@link ParseFault}; the reader may have been given elements by then. The event loop is held for
 * about 2 ms at most, but for a single element, which is built at once.
 */
export async function parseExport(bytes: Buffer, limits: ParseLimits, reader: ExportReader): Promise<void> {
  if (!isUtf8(bytes)) throw new ParseFault('encoding_broken', 'The body is not UTF-8.');
  const budget = new LoopBudget();
  const scanner = new ExportScanner(bytes, limits);
  for (let until = scanStepBytes; !scanner.run(until); until += scanStepBytes) await budget.breathe();
  const { arrays, unused } = scanner.result();

  const used = arrays.filter((array) => !array.isReplaced);
  const metricsOf = new Map(used.map((array) => [array, headMetrics(array)]));
  await reader.begin([...metricsOf.values()].flatMap((metrics) => metrics.map(({ head }) => head)));

  for (const array of used) {
    for (const { head, pointer, samples } of metricsOf.get(array) ?? []) {
      let index = 0;
      for (const slice of samples) {
        const elements = build(bytes, slice);
        reader.samples(head, elements, `${pointer}/data`, index);
        index += elements.length;
        await budget.breathe();
      }
      reader.endMetric(head, pointer);
    }
    let index = 0;
    for (const slice of array.elements) {
      const elements = build(bytes, slice);
      reader.elements(array.kind, elements, array.pointer, array.strayPositions[index] ?? index);
      index += elements.length;
      await budget.breathe();
    }
  }

  const replaced = arrays.filter((array) => array.isReplaced);
  for (const array of replaced) headMetrics(array);
  const leftOver = replaced.flatMap((array) => [
    ...array.elements,
    ...array.metrics.flatMap((metric) => metric.samples),
  ]);
  for (const slice of [...unused, ...leftOver]) {
    build(bytes, slice);
    await budget.breathe();
  }
}
