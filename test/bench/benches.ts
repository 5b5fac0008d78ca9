import { cacheBench } from './cache/cache.bench';
import { connectionsBench } from './connections.bench';
import { costBench } from './cost.bench';
import { exportBench } from './export.bench';
import type { Bench } from './figures';
import { growthBench } from './growth/growth.bench';
import { importBench } from './import/import.bench';
import { ingestBench } from './ingest.bench';
import { largeBench } from './large.bench';
import { overheadBench } from './overhead.bench';
import { overloadBench } from './overload/overload.bench';
import { parseBench } from './parse/parse.bench';
import { poolBench } from './pool.bench';
import { probesBench } from './probes.bench';
import { queryBench } from './query/query.bench';
import { syncBench } from './sync.bench';
import { writeBench } from './write/write.bench';

/** All benchmarks, in the order in which they run. */
export const benches: readonly Bench[] = [
  writeBench,
  ingestBench,
  parseBench,
  syncBench,
  probesBench,
  overloadBench,
  largeBench,
  costBench,
  overheadBench,
  connectionsBench,
  growthBench,
  importBench,
  exportBench,
  poolBench,
  queryBench,
  cacheBench,
];
