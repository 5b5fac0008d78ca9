import type { Bench } from './figures';
import { ingestBench } from './ingest.bench';
import { parseBench } from './parse/parse.bench';
import { syncBench } from './sync.bench';
import { writeBench } from './write/write.bench';

/** All benchmarks, in the order in which they run. */
export const benches: readonly Bench[] = [writeBench, ingestBench, parseBench, syncBench];
