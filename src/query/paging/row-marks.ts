import { SampleFlag } from '../../catalogue/family';

/** What every stored row carries beside its own columns and an answer shows. */
export const markColumns = ['zone_offset_minutes', 'flags'] as const;

/** {@link markColumns} as they are read. */
export interface MarkedRow {
  readonly zone_offset_minutes: number;
  readonly flags: number;
}

/** What every item of an answer ends with. */
export interface Marks {
  /** Minutes east of UTC that the phone was in. */
  readonly zoneOffsetMinutes: number;
  /** Only there when the value is outside of what is usual, though not impossible. */
  readonly odd?: true;
}

/** The marks of a row as an answer shows them. */
export function marksOf(row: MarkedRow): Marks {
  const { zone_offset_minutes: zoneOffsetMinutes, flags } = row;
  return (flags & SampleFlag.odd) === 0 ? { zoneOffsetMinutes } : { zoneOffsetMinutes, odd: true };
}
