import type { JsonObject } from '../../catalogue/json';

/** A run of neighbouring elements of one array: the bytes from `start` to before `end` are `element, element, …`. */
export interface ElementSlice {
  /** In bytes from the beginning of the document. */
  readonly start: number;
  readonly end: number;
  /** A single element that is too large to be built. */
  readonly isTooLarge: boolean;
  /** A later member of the same name stands in its place, as `JSON.parse` has it; it must still be legal. */
  isReplaced: boolean;
}

/** One array of the envelope. */
export interface EnvelopeArray {
  /** Its key: `metrics`, `workouts`, …, or one that the format does not have. */
  readonly kind: string;
  /** Where it stands, as a JSON pointer: `/data/workouts`, or `/workouts` at the root. */
  readonly pointer: string;
  /** As in {@link ElementSlice}. */
  isReplaced: boolean;
}

/** A metric with its samples, or the elements of another array; of `metrics`, one element that is not an object. */
export interface ExportPart {
  readonly array: EnvelopeArray;
  /** The place in the array of the metric, or of the first element. */
  readonly position: number;
  /** Only of a metric: the object with an empty array where its samples are. */
  head: JsonObject | null;
  /** The samples or the elements, in the order of the document. */
  readonly slices: ElementSlice[];
}

/** Where everything in an export is. No two slices overlap. */
export interface ExportIndex {
  /** The heads of the metrics, without those that are replaced, in the order of the document. */
  readonly heads: readonly JsonObject[];
  /** In the order of the document. */
  readonly parts: readonly ExportPart[];
}
