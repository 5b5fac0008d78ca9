import type { BenchContext } from './bench-context';
import { type Bench, type BenchResult, median, rounded } from './figures';
import type { LoadReport, Pace } from './load/load-plan';
import { AcknowledgedSums, describeLoad, runLoad } from './load/run-load';
import { smallNeeds } from './preflight';
import { BenchServers } from './service/bench-servers';
import { createUsers } from './service/bench-users';
import { checkStored } from './service/check-stored';
import { ServiceUnderTest } from './service/service-under-test';
import { SyncLoad } from './service/sync-load';

const seed = 20_261_132;
const users = 1000;
const sizes = [2, 4, 6, 8, 10, 12, 16, 20, 30, 40];
/** The knee is the smallest pool within this share of the best one. */
const kneeShare = 0.95;

async function run(context: BenchContext): Promise<BenchResult> {
  const swept = context.options.isQuick ? [2, 20] : sizes;
  const servers = await BenchServers.start(context);
  const load = SyncLoad.create(context, await createUsers(servers, users), seed);
  const sums = new AcknowledgedSums();
  const found = new Map(swept.map((size) => [size, [] as LoadReport[]]));
  const send = async (service: ServiceUnderTest, pace: Pace): Promise<LoadReport> => {
    const report = await runLoad(context, load.plan(service.port, pace));
    load.sentUntil(report.nextRequest);
    sums.add(report);
    return report;
  };
  // There and back again, because the table grows meanwhile.
  for (const size of [...swept, ...swept.toReversed()]) {
    const env = { POOL_MAX: String(size), POOL_MIN: String(Math.min(size, 5)) };
    const service = await ServiceUnderTest.start(context, servers, env);
    await send(service, { kind: 'closed', durationMs: context.scaled(3000, 500) });
    const report = await send(service, { kind: 'closed', durationMs: context.scaled(8000, 1000) });
    await service.stop();
    found.get(size)?.push(report);
    context.progress(`${size} connections: ${describeLoad(report)}`);
  }
  const rows = [...found].map(([size, reports]) => ({
    size,
    rps: median(reports.map(({ requestsPerS }) => requestsPerS)),
    p95Ms: median(reports.map(({ latencyMs }) => latencyMs.p95)),
  }));
  const best = Math.max(...rows.map(({ rps }) => rps));
  const knee = rows.find(({ rps }) => rps >= kneeShare * best) as (typeof rows)[number];
  return {
    figures: {
      knee_connections: knee.size,
      knee_rps: knee.rps,
      errors: sums.unknown,
      ...Object.fromEntries(
        rows.flatMap(({ size, rps, p95Ms }) => [
          [`rps_${size}`, rps],
          [`p95_ms_${size}`, p95Ms],
        ]),
      ),
    },
    notes: [
      ...rows.map(
        ({ size, rps, p95Ms }) => `${size} connections: ${rounded(rps)} requests/s, p95 ${rounded(p95Ms)} ms`,
      ),
      `knee: ${knee.size} connections, the fewest with ${kneeShare * 100} % of the best rate`,
      await checkStored(servers, sums),
    ],
    settings: await servers.settings({ seed, users, samples_per_body: 60 }),
  };
}

/** How many connections to PostgreSQL pay: the default of POOL_MAX follows from it. */
export const poolBench: Bench = {
  name: 'pool',
  about: 'requests/s and p95 of 1,000 clients with 2 to 40 connections to PostgreSQL, and the knee',
  isShort: false,
  needs: () => ({ ...smallNeeds, freeDiskBytes: 8e9, openFiles: 2048, localPorts: 2048 }),
  goals: { errors: { max: 0 } },
  run,
};
