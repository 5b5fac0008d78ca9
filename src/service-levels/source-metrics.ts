import { metricPrefix } from '../monitoring/metric-names';

/**
 * The metrics that service levels are read from; the only place that names them. They belong to the modules that count;
 * one that is not there is no data.
 */
export const sourceMetrics = {
  /** Histogram by method, route and status. */
  requestTimes: `${metricPrefix}_http_request_duration_seconds`,
  /** Histogram: time of ingests of 10,000 samples, scaled from payloads of at least 1,000. */
  batchTimes: `${metricPrefix}_ingest_batch_10k_seconds`,
  /** Histogram: how long borrowers of a connection waited for it. */
  poolWaits: `${metricPrefix}_database_pool_wait_seconds`,
  /** Counters by kind. */
  cacheHits: `${metricPrefix}_cache_hits_total`,
  cacheMisses: `${metricPrefix}_cache_misses_total`,
  /** Histogram by operation, of what Redis answered; and the counter of what it did not. */
  redisTimes: `${metricPrefix}_cache_operation_seconds`,
  redisErrors: `${metricPrefix}_cache_errors_total`,
  /** Gauges: of the requests of the last minute, on average. */
  requestMemory: `${metricPrefix}_request_memory_bytes`,
  requestCpu: `${metricPrefix}_request_cpu_seconds`,
  /** Counter by reason. */
  refusals: `${metricPrefix}_requests_refused_total`,
  /** Histogram: from the receipt of a payload to the moment its samples can be read. */
  freshness: `${metricPrefix}_ingest_freshness_seconds`,
  /** Counters: of samples that were taken, and of what became of them. */
  samplesReceived: `${metricPrefix}_ingest_samples_received_total`,
  samplesAccounted: `${metricPrefix}_ingest_samples_accounted_total`,
} as const;

/** Labels of one series. */
export type Labels = Readonly<Partial<Record<string, string | number>>>;

/** Chooses series of {@link sourceMetrics.requestTimes}. */
export type ChoosesRequests = (labels: Labels) => boolean;

const ingestMethods: ReadonlySet<unknown> = new Set(['POST', 'PUT', 'PATCH']);

/** First words of the addresses below `/v1/` that read data back. */
const queryWords = 'metrics|series|summary|recent|sources|sleep|workouts|events|ecg|ingestions';

/** Answers whose size is up to what was sent are no queries: kept bytes, and exports. */
const queryRoute = new RegExp(`^/v1/(?:${queryWords})(?:/(?!.*/raw$).*)?$`);

/** Payloads that are taken in. */
export function isIngest({ method, route }: Labels): boolean {
  return route === '/v1/ingest' && ingestMethods.has(method);
}

/** Questions about data. */
export function isQuery({ method, route }: Labels): boolean {
  return method === 'GET' && queryRoute.test(String(route));
}

/** A choice of one route. */
export function isGetOf(path: string): ChoosesRequests {
  return ({ method, route }) => method === 'GET' && route === path;
}

const probes: ReadonlySet<unknown> = new Set(['/health', '/ready', '/metrics']);

/** Everything but the probes of machines, as the gauges of {@link sourceMetrics} for each request count it. */
export function isServed({ route }: Labels): boolean {
  return !probes.has(route);
}
