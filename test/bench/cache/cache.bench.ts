import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { findFreePort } from '../../../src/embedded/free-port';
import { RedisServer } from '../../support/redis-server';
import type { BenchContext } from '../bench-context';
import { type Bench, type BenchResult, median, percentile, rounded } from '../figures';
import { startChildTask } from '../load/child-task';
import { smallNeeds } from '../preflight';
import { openSeededHealth, type SeededHealth } from '../query/seeded-health';
import { BenchServers } from '../service/bench-servers';
import type { BenchUser } from '../service/bench-users';
import { ServiceUnderTest } from '../service/service-under-test';
import { startBareService } from './bare-process';
import { operationMs, readCacheCounters, since } from './cache-counters';
import type { DashboardPlan, DashboardReport } from './dashboard-plan';
import type { ReadPlan, ReadReport } from './read-load';

const seed = 20_261_151;
const dayMs = 86_400_000;
const rows = 400_000;
const users = 500;
const quickUsers = 20;
const readsPerS = 500;
const readsPerSync = 20;
/** Readers of whom the cached reads of `vs_bare` are. */
const cachedReaders = 20;
const connections = 64;
/** No key is to meet its limit of requests: one process asks for everybody. */
const env = { RATE_LIMIT_BURST: '1000000', RATE_LIMIT_PER_MIN: '1000000' };

let plans = 0;

async function runTask<Report>(context: BenchContext, script: string, plan: unknown): Promise<Report> {
  const file = join(context.workDir, `${++plans}.plan.json`);
  writeFileSync(file, JSON.stringify(plan));
  return await (await startChildTask<Report>(context, join(__dirname, script), [file])).run();
}

/** A copy of the seeded database that the run may write to; gone afterwards. */
async function copyDatabase(context: BenchContext, servers: BenchServers, databaseUrl: string): Promise<string> {
  const name = `bench_cache_run_${process.pid}`;
  const run = async (sql: string): Promise<void> => {
    const admin = await servers.connect('owner');
    await admin.query(sql).finally(() => admin.end());
  };
  const url = new URL(databaseUrl);
  await run(`CREATE DATABASE ${name} TEMPLATE ${url.pathname.slice(1)}`);
  context.atEnd(() => run(`DROP DATABASE ${name} WITH (FORCE)`));
  url.pathname = name;
  return url.href;
}

async function countToday(databaseUrl: string, todayMs: number): Promise<number> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const sql = 'SELECT count(*)::float8 AS count FROM heart_rate_metrics WHERE recorded_at >= $1 AND recorded_at < $2';
  const { rows: found } = await client.query(sql, [new Date(todayMs), new Date(todayMs + dayMs)]);
  await client.end();
  return found[0].count;
}

/** Rounds of cached reads against the bare framework with answers of the same size, by turns. */
async function compareWithBare(context: BenchContext, service: ServiceUnderTest, readers: readonly BenchUser[]) {
  const head = (key: string): string =>
    `GET /v1/recent HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${key}\r\n\r\n`;
  const heads = readers.map(({ key }) => head(key));
  const read = (port: number): Promise<ReadReport> => {
    const durationMs = context.scaled(4000, 500);
    return runTask(context, 'read-load.js', { port, heads, connections, durationMs } satisfies ReadPlan);
  };
  const { bodyBytes } = await read(service.port);
  const bare = await startBareService(context, bodyBytes);
  await read(bare.port);
  const found: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
  for (let round = 0; round < context.scaled(5, 1); round++) {
    for (const [way, { port }] of [
      ['ours', service],
      ['bare', bare],
    ] as const) {
      const { requestsPerS, errors } = await read(port);
      if (errors > 0) throw new Error(`${errors} reads of ${way} failed`);
      found[way].push(requestsPerS);
    }
  }
  return { ours: median(found.ours), bare: median(found.bare), bodyBytes };
}

async function runDashboards(
  context: BenchContext,
  replicas: readonly ServiceUnderTest[],
  { users: all }: SeededHealth,
  part: Pick<DashboardPlan, 'durationMs' | 'sentBefore' | 'todayMs' | 'part'>,
): Promise<DashboardReport> {
  const ports = replicas.map(({ port }) => port);
  const plan: DashboardPlan = { ports, users: all, readsPerS, readsPerSync, seed, ...part };
  return await runTask(context, 'dashboard-load.js', plan);
}

async function run(context: BenchContext): Promise<BenchResult> {
  const userCount = context.scaled(users, quickUsers);
  const servers = await BenchServers.start(context, { keptDir: join(context.options.dataDir, 'bench-cache') });
  const seeded = await openSeededHealth(context, servers, `bench_cache_${userCount}`, { rows, userCount });
  const databaseUrl = await copyDatabase(context, servers, seeded.databaseUrl);
  const redis = new RedisServer(join(context.options.dataDir, 'bench-redis', 'redis'), await findFreePort());
  context.atEnd(() => redis.close());
  await redis.start();
  const parts = { DATABASE_URL: databaseUrl, REDIS_URL: redis.url, ...env };
  const replicas = [
    await ServiceUnderTest.start(context, servers, parts),
    await ServiceUnderTest.start(context, servers, parts),
  ] as const;
  const todayMs = Math.floor(Date.now() / dayMs) * dayMs;
  const durationMs = context.scaled(120_000, 3000);
  const none = seeded.users.map(() => 0);
  context.progress(`${readsPerS} reads/s over two replicas: to get warm, ${durationMs / 2000} s`);
  const warm = await runDashboards(context, replicas, seeded, {
    durationMs: durationMs / 2,
    todayMs,
    part: 0,
    sentBefore: none,
  });
  context.progress(`the same, measured, ${durationMs / 1000} s`);
  const before = await readCacheCounters(replicas);
  const main = await runDashboards(context, replicas, seeded, {
    durationMs,
    todayMs,
    part: 1,
    sentBefore: warm.sent,
  });
  const counters = since(await readCacheCounters(replicas), before);
  context.progress('the same while Redis is killed and comes back empty');
  const outageMs = context.scaled(20_000, 3000);
  const outage = runDashboards(context, replicas, seeded, {
    durationMs: outageMs,
    todayMs,
    part: 2,
    sentBefore: main.sent,
  });
  await delay(outageMs / 4);
  await redis.kill();
  await delay(outageMs / 4);
  await redis.start();
  const killed = await outage;
  const counted = await countToday(databaseUrl, todayMs);
  const told = killed.sent.reduce((sum, samples) => sum + samples, 0);
  if (counted < told) throw new Error(`${told} samples of today were acknowledged and ${counted} are there`);
  await replicas[1].stop();
  context.progress('cached reads against the bare framework, by turns');
  const compared = await compareWithBare(context, replicas[0], seeded.users.slice(0, cachedReaders));
  await replicas[0].stop();
  const ms = (values: readonly number[], share: number): number => rounded(percentile(values, share));
  return {
    figures: {
      hit_rate: counters.hits / (counters.hits + counters.misses),
      loads_per_read: counters.loads / main.reads,
      redis_p99_ms: operationMs(counters, 0.99),
      stale_reads: main.staleReads,
      stalest_ms: main.stalestMs,
      vs_bare: compared.ours / compared.bare,
      errors: warm.errors + main.errors + killed.errors,
      stale_reads_redis_killed: killed.staleReads,
      stalest_ms_redis_killed: killed.stalestMs,
    },
    notes: [
      `measured: ${main.reads} reads and ${main.syncs} syncs, p50/p95/p99 of reads ${ms(main.latenciesMs, 0.5)}/${ms(main.latenciesMs, 0.95)}/${ms(main.latenciesMs, 0.99)} ms`,
      `${counters.hits} hits, ${counters.misses} misses, ${counters.loads} answers made`,
      `Redis killed and back: ${killed.reads} reads and ${killed.syncs} syncs, ${killed.errors} errors, p99 of reads ${ms(killed.latenciesMs, 0.99)} ms`,
      `cached reads of ${compared.bodyBytes} bytes: ours ${Math.round(compared.ours)}/s, bare ${Math.round(compared.bare)}/s (medians of 5, one process, ${connections} connections)`,
      'five of the ten ranges end today, five are about days that are over',
    ],
    settings: await servers.settings({ seed, users: seeded.users.length, rows: seeded.rows, reads_per_s: readsPerS }),
  };
}

/** What the cache saves, and whether it ever tells less than its reader knows. */
export const cacheBench: Bench = {
  name: 'cache',
  about:
    'dashboards of 500 users while their phones send, over two replicas; Redis killed; cached reads against the bare framework',
  isShort: false,
  needs: () => ({ ...smallNeeds, openFiles: 1024, localPorts: 1024 }),
  goals: {
    hit_rate: { min: 0.95 },
    loads_per_read: { max: 0.15 },
    redis_p99_ms: { max: 1 },
    stale_reads: { max: 0 },
    vs_bare: { min: 0.6 },
  },
  run,
};
