/** Bounds on a document's form, so that no body can exhaust the process before it is understood. */
export interface ParseLimits {
  /** Deepest nesting of objects and arrays. */
  readonly maxDepth: number;
  /** Most keys of one object. */
  readonly maxKeysPerObject: number;
  /** Most metric objects of one body; the catalogue has some 120. */
  readonly maxMetrics: number;
  /** Largest sample of a metric, in bytes; the app's are under 1 KiB. */
  readonly maxSampleBytes: number;
  /** Largest element that is kept as a unit, in bytes: a workout with the most points that are kept has 48 MB. */
  readonly maxElementBytes: number;
}

/** The bounds that are not settings; their sources are above. */
export const fixedParseLimits = {
  maxMetrics: 10_000,
  maxSampleBytes: 256 * 1024,
  maxElementBytes: 48 * 1024 * 1024,
} as const;
