import fc from 'fast-check';
import { blockOf, infinity, type MetricKind, someMetrics } from './metric-elements';
import type { ModelPayload } from './model-row';
import { anUnusableBlock, aSpecialBlock } from './special-elements';
import { anArray } from './thing-elements';

/** A whole body with what is sent beside it. */
function payloadOf(metrics: readonly MetricKind[]): fc.Arbitrary<ModelPayload> {
  const block = fc.oneof(
    { weight: 7, arbitrary: blockOf(metrics) },
    { weight: 2, arbitrary: aSpecialBlock },
    { weight: 1, arbitrary: anUnusableBlock },
  );
  return fc.record({
    blocks: fc.array(block, { maxLength: 4 }),
    arrays: fc.uniqueArray(anArray, { maxLength: 2, selector: ({ array }) => array }),
    aggregation: fc.constantFrom(null, null, 'Days', 'Hours', 'Minutes', 'Default'),
    isRoot: fc.integer({ min: 0, max: 4 }).map((n) => n === 4),
    keyOrder: fc.nat({ max: 1000 }),
  });
}

/** One to four payloads of one phone, of which one may be sent again later on, with its keys in another order. */
export const aHistory: fc.Arbitrary<readonly ModelPayload[]> = someMetrics
  .chain((metrics) =>
    fc.tuple(fc.array(payloadOf(metrics), { minLength: 1, maxLength: 3 }), fc.option(fc.nat({ max: 2 }))),
  )
  .map(([payloads, resent]) => {
    const again = resent === null ? undefined : payloads[resent];
    return again === undefined ? payloads : [...payloads, { ...again, keyOrder: again.keyOrder + 1 }];
  });

/** A number for each key that puts keys in another order for each `keyOrder`. */
function rank(key: string, keyOrder: number): number {
  let hash = keyOrder + 1;
  for (const unit of key) hash = (hash * 31 + (unit.codePointAt(0) ?? 0) * keyOrder) % 65_521;
  return hash;
}

function write(value: unknown, keyOrder: number): string {
  if (value === infinity) return '1e400';
  if (Array.isArray(value)) return `[${value.map((each) => write(each, keyOrder)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([a], [b]) => rank(a, keyOrder) - rank(b, keyOrder));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${write(member, keyOrder)}`).join(',')}}`;
}

/** The body of a payload, with the keys of all objects in the payload's order. */
export function writeBody({ blocks, arrays, isRoot, keyOrder }: ModelPayload): string {
  const metrics = blocks.map(({ head, elements }) => ({ ...head, data: elements.map(({ json }) => json) }));
  const members: readonly (readonly [string, unknown])[] = [
    ...(metrics.length > 0 ? [['metrics', metrics] as const] : []),
    ...arrays.map(({ array, elements }) => [array, elements.map(({ json }) => json)] as const),
  ];
  // Defined one by one, so that an array may be called __proto__.
  const text = `{${members.map(([name, value]) => `${JSON.stringify(name)}:${write(value, keyOrder)}`).join(',')}}`;
  return isRoot ? text : `{"data":${text}}`;
}
