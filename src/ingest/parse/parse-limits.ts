/** Bounds on a document's form, so that no body can exhaust the process before it is understood. */
export interface ParseLimits {
  /** Deepest nesting of objects and arrays. */
  readonly maxDepth: number;
  /** Most keys of one object. */
  readonly maxKeysPerObject: number;
  /** Most metric objects of one body; the catalogue has some 120. */
  readonly maxMetrics: number;
  /** Largest element that is kept as a unit, in bytes; workouts with routes and ECGs have been seen at 3 MB. */
  readonly maxElementBytes: number;
}

/** The bounds that are not settings; their sources are above. */
export const fixedParseLimits = { maxMetrics: 10_000, maxElementBytes: 32 * 1024 * 1024 } as const;
