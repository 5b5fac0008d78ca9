import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { BenchContext } from './bench-context';
import { type Bench, type BenchResult, median, rounded } from './figures';
import { monthStartMs } from './generate-samples';
import { smallNeeds } from './preflight';
import { BenchServers } from './service/bench-servers';
import { type BenchUser, createUsers } from './service/bench-users';
import { readProcessUsage, resetPeakRss } from './service/process-usage';
import { ServiceUnderTest } from './service/service-under-test';
import { seedMonth } from './write/seed-month';

const newline = 0x0a;
/** Full months that the samples are spread over; partitions of these are monthly whenever it runs. */
const months = 20;

/** One export as a client saw it. */
interface TakenExport {
  readonly rows: number;
  readonly bytes: number;
  readonly elapsedMs: number;
}

function countLines(chunk: Buffer): number {
  let lines = 0;
  for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) lines += 1;
  return lines;
}

/** Takes an export as fast as it comes. Errors: rejects when it is not complete, or its account does not fit its lines. */
async function takeExport(port: number, { key }: BenchUser): Promise<TakenExport> {
  const startMs = performance.now();
  const path = '/v1/export?format=ndjson';
  const request = get({ host: '127.0.0.1', port, path, headers: { authorization: `Bearer ${key}` } });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let lines = 0;
  let bytes = 0;
  let tail = Buffer.alloc(0);
  for await (const chunk of response as AsyncIterable<Buffer>) {
    lines += countLines(chunk);
    bytes += chunk.length;
    tail = Buffer.concat([tail.subarray(-1000), chunk.subarray(-1000)]);
  }
  const elapsedMs = performance.now() - startMs;
  const account = JSON.parse(tail.toString().trimEnd().split('\n').at(-1) ?? '');
  // The first line and the account are no rows.
  if (response.statusCode !== 200 || !response.complete || account.rows !== lines - 2) {
    throw new Error(`an export was answered ${response.statusCode} with ${lines} lines and ${JSON.stringify(account)}`);
  }
  return { rows: account.rows, bytes, elapsedMs };
}

async function run(context: BenchContext): Promise<BenchResult> {
  const rowsPerMonth = context.scaled(50_000, 2_000);
  const runs = context.scaled(5, 1);
  const servers = await BenchServers.start(context);
  const [user, other] = (await createUsers(servers, 2)) as [BenchUser, BenchUser];
  const owner = await servers.connect('owner');
  context.progress(`storing ${months * rowsPerMonth} samples`);
  for (let ago = months; ago > 0; ago--) {
    const startMs = monthStartMs(ago);
    await seedMonth(owner, 'public', { ids: [user.userId], places: [0] }, { startMs, rowsPerUser: rowsPerMonth });
    await seedMonth(owner, 'public', { ids: [other.userId], places: [1] }, { startMs, rowsPerUser: 1000 });
  }
  await owner.query('VACUUM (FREEZE, ANALYZE) heart_rate_metrics');
  await owner.end();
  const service = await ServiceUnderTest.start(context, servers);
  // A service that has just started grows by what it compiles and by the room for young objects that any load makes it
  // take: small exports have it do so before it is measured, since what is asked is whether memory grows with the size.
  for (let i = 0; i < 10; i++) await takeExport(service.port, other);
  await service.loopDelayP99Ms();
  const before = readProcessUsage(service.pid);
  resetPeakRss(service.pid);
  const taken: TakenExport[] = [];
  for (let i = 0; i < runs; i++) {
    const one = await takeExport(service.port, user);
    if (one.rows !== months * rowsPerMonth) throw new Error(`${one.rows} rows were exported`);
    taken.push(one);
    context.progress(`${rounded(one.rows / (one.elapsedMs / 1000))} rows/s`);
  }
  const after = readProcessUsage(service.pid);
  const loopDelayP99Ms = await service.loopDelayP99Ms();
  await service.stop();
  const rows = taken.reduce((sum, one) => sum + one.rows, 0);
  return {
    figures: {
      rows_per_s: median(taken.map((one) => one.rows / (one.elapsedMs / 1000))),
      rss_growth_mb: after.peakRssMb - before.rssMb,
      loop_delay_p99_ms: loopDelayP99Ms,
      cpu_us_per_row: ((after.cpuMs - before.cpuMs) * 1000) / rows,
    },
    notes: [
      `${rounded((taken[0] as TakenExport).bytes / 1e6)} MB an export; as many lines as the account says, each time`,
    ],
    settings: await servers.settings({ samples: months * rowsPerMonth, runs }),
  };
}

/** A whole history on its way out: as fast as the database reads, in memory that does not grow with it. */
export const exportBench: Bench = {
  name: 'export',
  about: 'one million samples of one user to NDJSON through HTTP',
  isShort: false,
  needs: () => ({ ...smallNeeds, procFiles: true }),
  goals: { rows_per_s: { min: 150_000 }, rss_growth_mb: { max: 64 } },
  run,
};
