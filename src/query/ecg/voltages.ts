import type { BlockCell, ColumnBlock } from '../../catalogue/column-block';

/** The curve of an electrocardiogram; all arrays are in the order of time as sent, and of one length. */
export interface Voltages {
  /** The unit of all values, as sent (`mcV`); null when they came without, or in several, which are in `columns`. */
  readonly unit: string | null;
  readonly values: readonly BlockCell[];
  /** Milliseconds since the start of the recording, to the microsecond; null where the instant could not be read. */
  readonly offsetsMs: readonly (number | null)[];
  /** Whatever else each voltage came with. */
  readonly columns: Readonly<Record<string, readonly BlockCell[]>>;
}

/** The curve in a column block, for a recording that started at `startedAtMs`. */
export function toVoltages({ columns }: ColumnBlock, startedAtMs: number): Voltages {
  const { at_ms: instants = [], voltage: values = [], units = [], ...others } = columns;
  const [first = null] = units;
  const isOneUnit = units.every((unit) => unit === first);
  return {
    unit: isOneUnit && first !== null ? String(first) : null,
    values,
    offsetsMs: instants.map((at) => (typeof at === 'number' ? Math.round((at - startedAtMs) * 1000) / 1000 : null)),
    columns: isOneUnit ? others : { ...others, units },
  };
}
