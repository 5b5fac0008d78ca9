import { isJsonObject, type JsonValue } from '../../../catalogue/json';
import type { MetricDefinition } from '../../../catalogue/metric-definition';
import { findConversion } from '../../../catalogue/units';

/** A number with the unit it was sent in; null for a bare number. */
export interface Scalar {
  readonly qty: number;
  readonly units: string | null;
}

/** Reads `{ qty, units }` or a bare number; null when it is neither, or its number not finite. */
export function readScalar(value: JsonValue | undefined): Scalar | null {
  const qty = isJsonObject(value) ? value['qty'] : value;
  if (typeof qty !== 'number' || !Number.isFinite(qty)) return null;
  const units = isJsonObject(value) ? value['units'] : null;
  return { qty, units: typeof units === 'string' ? units : null };
}

/**
 * A scalar in the metric's canonical unit. NaN when it is physically impossible for the metric; null when there is none,
 * or its unit is not one of the metric's.
 */
export function toCanonicalScalar(scalar: Scalar | null, definition: MetricDefinition): number | null {
  const conversion = scalar === null ? null : findConversion(definition, scalar.units);
  if (scalar === null || conversion === null) return null;
  const value = scalar.qty * conversion.factor + conversion.offset;
  return value >= definition.possible.min && value <= definition.possible.max ? value : Number.NaN;
}
