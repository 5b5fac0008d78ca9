/**
 * Why a sample was kept out, as stable codes: a client may branch on them, so a code is never renamed or re-used.
 */
export const rejectReasons = [
  /** The element is not a JSON object. */
  'not_an_object',
  /** The top-level array is none of the eight of the format. */
  'unknown_kind',
  /** Something that is known and not kept, such as a clinical record of Apple's export. */
  'kind_not_kept',
  /** The sample has none of the key sets that a shape is known by. */
  'unknown_shape',
  /** The metric, symptom or workout has no usable name. */
  'name_missing',
  /** A metric's own fault: its `data` is not an array, or its `units` not a text. */
  'metric_malformed',
  /** No value where the shape needs one (absent or null). */
  'value_missing',
  /** A value that is not a finite number. */
  'value_not_a_number',
  /** A number that is physically impossible for the metric. */
  'value_impossible',
  /** The lowest value is above the highest. */
  'min_above_max',
  /** No date where the shape needs one. */
  'date_missing',
  /** A date in none of the known forms. */
  'date_unreadable',
  /** A date further ahead of now than the tolerance. */
  'date_in_future',
  /** The end lies before the start. */
  'end_before_start',
  /** A text with NUL characters or a lone surrogate, which PostgreSQL cannot keep. */
  'text_invalid',
  /** A text beyond its bound. */
  'text_too_long',
  /** More different unknown metrics than one user may have. */
  'too_many_metrics',
  /** An element that is larger than anything of its kind can be; its inside has not been looked at. */
  'element_too_large',
  /** A route, series or voltage array that is not readable. */
  'series_malformed',
] as const;

/** One of {@link rejectReasons}. */
export type RejectReason = (typeof rejectReasons)[number];
