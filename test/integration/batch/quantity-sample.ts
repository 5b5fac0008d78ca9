import fc from 'fast-check';
import type { Cell } from '../../../src/batch/column-batch';

/** A random row of `quantity_metrics` at one of the given instants: few values in each column, so that keys meet. */
export function quantitySampleAt(atMs: fc.Arbitrary<number>): fc.Arbitrary<Record<string, Cell>> {
  return fc.record({
    metric_id: fc.constantFrom(1, 2),
    recorded_at: atMs,
    source: fc.constantFrom('', 'Watch'),
    granularity: fc.constantFrom(0, 3),
    context: fc.constantFrom('', 'sitting'),
    value: fc.constantFrom(1, 2),
    min: fc.constantFrom(null, 0.5),
    max: fc.constant(null),
    details: fc.constantFrom(null, '{}'),
    zone_offset_minutes: fc.constantFrom(0, 60),
    flags: fc.constant(0),
  });
}
