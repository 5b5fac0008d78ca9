import type { BenchContext } from './bench-context';
import { type Bench, type BenchResult, percentile, rounded } from './figures';
import { AcknowledgedSums, describeLoad, runLoad } from './load/run-load';
import { runProbes } from './load/run-probes';
import { smallNeeds } from './preflight';
import { BenchServers } from './service/bench-servers';
import { createUsers } from './service/bench-users';
import { checkStored } from './service/check-stored';
import { ImportLoad } from './service/import-load';
import { ServiceUnderTest } from './service/service-under-test';
import { SyncLoad } from './service/sync-load';

const seed = 20_261_128;
const paths = ['/health', '/ready'] as const;
const callsPerPathAndS = 20;
const timeoutMs = 5000;
/** Time for the loads to get going before the first call, and to go on after the last one. */
const marginMs = 3000;

async function run(context: BenchContext): Promise<BenchResult> {
  const callsPerPath = context.scaled(1000, 100);
  const servers = await BenchServers.start(context);
  const syncUsers = await createUsers(servers, 1000);
  const importUsers = await createUsers(servers, 800);
  const sync = SyncLoad.create(context, syncUsers, seed);
  const imports = ImportLoad.create(context, seed, 16, 10_000);
  const service = await ServiceUnderTest.start(context, servers);
  const durationMs = (callsPerPath / callsPerPathAndS) * 1000 + 2 * marginMs;
  const pace = { kind: 'closed', durationMs } as const;
  context.progress(`both loads and ${callsPerPath} calls of each path, ${durationMs / 1000} s`);
  // ORDER: the calls begin when the loads have; all three are processes of their own.
  const loads = Promise.all([
    runLoad(context, sync.plan(service.port, pace)),
    runLoad(context, imports.plan(service.port, importUsers, 4, pace)),
  ]);
  await new Promise((resolve) => setTimeout(resolve, marginMs));
  const probes = await runProbes(context, { port: service.port, paths, callsPerPathAndS, callsPerPath, timeoutMs });
  const [small, large] = await loads;
  await service.stop();
  const sums = new AcknowledgedSums();
  sums.add(small);
  sums.add(large);
  const [health, ready] = probes.paths as [ProbeOfPath, ProbeOfPath];
  const describe = (name: string, { latenciesMs, unanswered }: ProbeOfPath): string => {
    const [p50, p95, most] = [0.5, 0.95, 1].map((share) => rounded(percentile(latenciesMs, share)));
    return `${name}: p50 ${p50} ms, p95 ${p95} ms, longest ${most} ms, ${unanswered} of ${callsPerPath} unanswered`;
  };
  return {
    figures: {
      health_p99_ms: percentile(health.latenciesMs, 0.99),
      ready_p99_ms: percentile(ready.latenciesMs, 0.99),
      unanswered: health.unanswered + ready.unanswered,
    },
    notes: [
      describe('/health', health),
      describe('/ready', ready),
      `1,000 phones: ${describeLoad(small)}`,
      `4 imports: ${describeLoad(large)}`,
      `prober: ${Math.round(probes.cpuShare * 100)} % of a core`,
      await checkStored(servers, sums),
    ],
    settings: await servers.settings({ seed, calls_per_path: callsPerPath }),
  };
}

type ProbeOfPath = Awaited<ReturnType<typeof runProbes>>['paths'][number];

/** Whether the service still says how it is while it has more work than it can do. */
export const probesBench: Bench = {
  name: 'probes',
  about: '/health and /ready while 1,000 phones and four imports saturate it',
  isShort: true,
  needs: () => ({ ...smallNeeds, freeDiskBytes: 8e9, openFiles: 2048, localPorts: 4096 }),
  goals: { health_p99_ms: { max: 10 }, ready_p99_ms: { max: 50 }, unanswered: { max: 0 } },
  run,
};
