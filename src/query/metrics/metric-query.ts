import { z } from 'zod';
import { Problem } from '../../common/problem';
import { bucketParameters } from '../buckets/bucket-parameters';
import type { BucketQuery } from '../buckets/bucket-reader.service';
import { bucketUnits } from '../buckets/calendar';
import { choiceParameter, granularityParameter, unitParameter } from '../request/query-fields';
import type { SamplesQuery } from './samples.service';

/** What can be asked of one metric: its samples (`raw`), or buckets of them. */
export const metricQuery = z.object({
  bucket: choiceParameter(['raw', ...bucketUnits]).default('raw'),
  granularity: granularityParameter.optional(),
  unit: unitParameter.optional(),
  ...bucketParameters,
  // No examples: they are for buckets, and the example of `bucket` is samples.
  agg: bucketParameters.agg.unwrap().meta({ examples: undefined }).optional(),
  // Their defaults differ: what was not given must be told from what was.
  tz: bucketParameters.tz.unwrap().optional(),
  source: bucketParameters.source.unwrap().optional(),
  fill: bucketParameters.fill.unwrap().meta({ examples: undefined }).optional(),
});

function refuse(detail: string): never {
  throw new Problem(400, 'query_invalid', detail);
}

/**
 * The query of samples or of buckets that these parameters make. Without `source` samples are of all sources, buckets of
 * the best.
 *
 * Errors: throws Problem 400 `query_invalid` for a parameter that the other of the two has.
 */
export function readMetricQuery(
  query: z.infer<typeof metricQuery>,
): (SamplesQuery & { readonly bucket: 'raw' }) | (BucketQuery & { readonly unit?: string | undefined }) {
  const { bucket, granularity, agg, tz, source, fill, ...common } = query;
  if (bucket !== 'raw') {
    if (granularity !== undefined) refuse('granularity is for samples: a bucket finds its own.');
    return { ...common, bucket, agg, tz: tz ?? 'phone', source: source ?? 'best', fill: fill ?? 'none' };
  }
  for (const [name, value] of Object.entries({ agg, tz, fill })) {
    if (value !== undefined) refuse(`${name} is for buckets: give bucket too.`);
  }
  if (source === 'best') refuse('source=best is for buckets: give bucket too.');
  return { ...common, bucket, granularity, source: source === 'all' ? undefined : source };
}
