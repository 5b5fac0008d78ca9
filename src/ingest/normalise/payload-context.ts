/** What is known of a payload before its first element is read; the same for every element. */
export interface PayloadContext {
  /** When the request arrived, in ms since 1970: what "too far ahead" is measured from. */
  readonly receivedAtMs: number;
  /** How far ahead of `receivedAtMs` a sample may lie, in ms. */
  readonly futureToleranceMs: number;
  /** The user's IANA zone: what a date without an offset is read in. */
  readonly timeZone: string;
  /** What the `automation-aggregation` header names, a code of `Granularity`; null when it names nothing. */
  readonly namedGranularity: number | null;
  /** Whether it comes from an export of Apple's own, where things that the app numbers have no ids. */
  readonly isArchive?: boolean;
}
