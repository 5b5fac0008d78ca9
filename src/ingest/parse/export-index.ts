/** A run of neighbouring elements of one array: the bytes from `start` to `end` are `element, element, …`. */
export interface ElementSlice {
  readonly start: number;
  readonly end: number;
  /** A single element that is too large to be built. */
  readonly isTooLarge?: true;
}

/** A metric object: where its samples are, and the text of the rest of it (`{"name":…,"units":…,"data":[]}`). */
export interface MetricIndex {
  /** Position in its `metrics` array. */
  readonly position: number;
  headerText: string;
  samples: ElementSlice[];
}

/** One array of the envelope. */
export interface EnvelopeArray {
  /** Its key: `metrics`, `workouts`, …, or one that the format does not have. */
  readonly kind: string;
  /** Where it stands, as a JSON pointer: `/data/workouts`, or `/workouts` at the root. */
  readonly pointer: string;
  /** Its elements; of `metrics`, only those that are not objects. */
  readonly elements: ElementSlice[];
  /** Positions of those of `metrics` that are not objects, one for each of `elements`. */
  readonly strayPositions: number[];
  /** Its metric objects, only for `metrics`. */
  readonly metrics: MetricIndex[];
  /** A later member of the same name stands in its place, as `JSON.parse` has it; it must still be legal. */
  isReplaced: boolean;
}

/** Where everything in an export is; nothing of it has been built yet. */
export interface ExportIndex {
  /** In the order of the document. */
  readonly arrays: readonly EnvelopeArray[];
  /** What is used for nothing but must still be legal JSON. */
  readonly unused: readonly ElementSlice[];
}
