import { unaccountedSamples } from './readings/account.reading';
import { connections } from './readings/connections.reading';
import { meanForRequests } from './readings/mean.reading';
import type { Measure } from './readings/reading';
import { cacheHitRate, poolEfficiency } from './readings/share.reading';
import { redisTimesOf, responseTimesOf, timesOf } from './readings/times.reading';
import { isGetOf, isIngest, isQuery, sourceMetrics } from './source-metrics';

/**
 * Which side of a limit is good, the limit included. `until_refused`: any figure is, and one below the limit only as long
 * as nothing was refused, because a service cannot be blamed for having few clients.
 */
export const directions = ['at_most', 'at_least', 'until_refused'] as const;

/** What figures are in; a `ratio` is from 0 to 1. */
export const units = ['s', 'ratio', 'bytes', 'connections', 'samples'] as const;

/** One thing that is promised. */
export interface ServicePromise {
  /** Stable: clients may look for it. */
  readonly id: string;
  /** What is promised, in a few words for people. */
  readonly title: string;
  /** What the figure is made of, in few words for people. */
  readonly explanation: string;
  readonly unit: (typeof units)[number];
  readonly direction: (typeof directions)[number];
  /** What the specification asks for, and what is judged; null when it asks for nothing, and the goal is judged. */
  readonly floor: number | null;
  /** What we want to reach. */
  readonly goal: number;
  /**
   * Fewer measurements beyond the limit break nothing: of less than 20 a single one is the p95, of less than 100 the p99,
   * and the first question after a start finds no cache.
   */
  readonly leastMeasurements: number;
  /** So many failures tell by themselves, however few measurements there are. */
  readonly leastFailures: number;
  readonly measure: Measure;
}

/** The failures that tell by themselves are as many as for the alerts: docs/decisions/026-alerts-and-dashboards.md */
const evidence = {
  any: { leastMeasurements: 0, leastFailures: 5 },
  p95: { leastMeasurements: 20, leastFailures: 5 },
  p99: { leastMeasurements: 100, leastFailures: 5 },
  share: { leastMeasurements: 20, leastFailures: 5 },
} as const;

const kib = 1024;
const mib = 1024 * kib;

/** Every promise, in the order in which they are shown. Floors are those of the specification. */
export const promises: readonly ServicePromise[] = [
  {
    id: 'ingest_p95',
    title: 'Ingest, p95',
    explanation: 'From its headers to the end of the answer',
    unit: 's',
    direction: 'at_most',
    floor: 0.2,
    goal: 0.05,
    ...evidence.p95,
    measure: responseTimesOf(isIngest, 0.95),
  },
  {
    id: 'query_p95',
    title: 'Query, p95',
    explanation: 'Answers about data, cached ones included',
    unit: 's',
    direction: 'at_most',
    floor: 0.05,
    goal: 0.01,
    ...evidence.p95,
    measure: responseTimesOf(isQuery, 0.95),
  },
  {
    id: 'batch_10k_p95',
    title: 'Batch of 10,000 samples, p95',
    explanation: 'Scaled from payloads of at least 1,000',
    unit: 's',
    direction: 'at_most',
    floor: 5,
    goal: 0.06,
    ...evidence.p95,
    measure: timesOf(sourceMetrics.batchTimes, 0.95),
  },
  {
    id: 'freshness_p95',
    title: 'Freshness, p95',
    explanation: 'From receipt until samples can be read',
    unit: 's',
    direction: 'at_most',
    floor: null,
    goal: 1,
    ...evidence.p95,
    measure: timesOf(sourceMetrics.freshness, 0.95),
  },
  {
    id: 'unaccounted_samples',
    title: 'Samples not accounted for',
    explanation: 'Received minus stored, updated, unchanged, rejected',
    unit: 'samples',
    direction: 'at_most',
    floor: 0,
    goal: 0,
    ...evidence.any,
    measure: unaccountedSamples,
  },
  {
    id: 'health_p95',
    title: '/health, p95',
    explanation: 'All calls',
    unit: 's',
    direction: 'at_most',
    floor: 0.01,
    goal: 0.01,
    ...evidence.p95,
    measure: responseTimesOf(isGetOf('/health'), 0.95),
  },
  {
    id: 'health_p99',
    title: '/health, p99',
    explanation: 'All calls',
    unit: 's',
    direction: 'at_most',
    floor: null,
    goal: 0.01,
    ...evidence.p99,
    measure: responseTimesOf(isGetOf('/health'), 0.99),
  },
  {
    id: 'ready_p95',
    title: '/ready, p95',
    explanation: 'All calls; not to be ready is a failure',
    unit: 's',
    direction: 'at_most',
    floor: 0.05,
    goal: 0.05,
    ...evidence.p95,
    measure: responseTimesOf(isGetOf('/ready'), 0.95),
  },
  {
    id: 'ready_p99',
    title: '/ready, p99',
    explanation: 'All calls; not to be ready is a failure',
    unit: 's',
    direction: 'at_most',
    floor: null,
    goal: 0.05,
    ...evidence.p99,
    measure: responseTimesOf(isGetOf('/ready'), 0.99),
  },
  {
    id: 'pool_efficiency',
    title: 'Connections of the pool found free',
    explanation: 'Within 1 ms, of all who asked for one',
    unit: 'ratio',
    direction: 'at_least',
    floor: 0.8,
    goal: 0.9,
    ...evidence.share,
    measure: poolEfficiency,
  },
  {
    id: 'cache_hit_rate',
    title: 'Answers found in the cache',
    explanation: 'In memory or Redis, of all look-ups',
    unit: 'ratio',
    direction: 'at_least',
    floor: 0.7,
    goal: 0.95,
    ...evidence.share,
    measure: cacheHitRate,
  },
  {
    id: 'redis_p99',
    title: 'Redis operation, p99',
    explanation: 'Until its answer; signs of life included',
    unit: 's',
    direction: 'at_most',
    floor: 0.005,
    goal: 0.001,
    ...evidence.p99,
    // A look that finds Redis away has asked it four times.
    leastFailures: 1,
    measure: redisTimesOf(0.99),
  },
  {
    id: 'memory_per_request',
    title: 'Memory for a request',
    explanation: 'Growth of the heap; from 1 request/s on',
    unit: 'bytes',
    direction: 'at_most',
    floor: 10 * mib,
    goal: 256 * kib,
    ...evidence.any,
    measure: meanForRequests(sourceMetrics.requestMemory),
  },
  {
    id: 'cpu_per_request',
    title: 'Processor time for a request',
    explanation: 'Of the whole process; from 1 request/s on',
    unit: 's',
    direction: 'at_most',
    floor: 0.1,
    goal: 0.001,
    ...evidence.any,
    measure: meanForRequests(sourceMetrics.requestCpu),
  },
  {
    id: 'connections',
    title: 'Connections at once',
    explanation: 'None may be refused below these numbers',
    unit: 'connections',
    direction: 'until_refused',
    floor: 1000,
    goal: 10_000,
    ...evidence.any,
    measure: connections,
  },
];
