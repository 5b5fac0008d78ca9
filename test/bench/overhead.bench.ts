import type { BenchContext } from './bench-context';
import type { Bench, BenchResult } from './figures';
import type { Pace } from './load/load-plan';
import { AcknowledgedSums, describeLoad, runLoad } from './load/run-load';
import { type MeanInterval, meanInterval95 } from './mean-interval';
import { smallNeeds } from './preflight';
import { BenchServers } from './service/bench-servers';
import { createUsers } from './service/bench-users';
import { checkStored } from './service/check-stored';
import { readProcessUsage } from './service/process-usage';
import { ServiceUnderTest } from './service/service-under-test';
import { SyncLoad } from './service/sync-load';

const seed = 20_261_201;

/** Enough that transactions are shared, and few enough that the generator is not what is measured. */
const users = 200;

/** Pairs of runs, one of each service; what a run finds depends on all else that the machine does. */
const pairs = 24;

/** The setting that switches all measuring off. */
const measuringSetting = 'MEASURE';

async function run(context: BenchContext): Promise<BenchResult> {
  const servers = await BenchServers.start(context);
  const load = SyncLoad.create(context, await createUsers(servers, users), seed);
  const sums = new AcknowledgedSums();
  const notes: string[] = [];
  const cpuMsPerRequest = async (service: ServiceUnderTest, pace: Pace, what: string): Promise<number> => {
    const before = readProcessUsage(service.pid).cpuMs;
    const report = await runLoad(context, load.plan(service.port, pace));
    const cpuMs = readProcessUsage(service.pid).cpuMs - before;
    load.sentUntil(report.nextRequest);
    sums.add(report);
    context.progress(`${what}: ${describeLoad(report)}`);
    return cpuMs / report.acknowledged.requests;
  };

  // Both run all the time, on the same tables; only one has work at a time.
  const on = { name: 'measuring', service: await ServiceUnderTest.start(context, servers), found: [] as number[] };
  const off = {
    name: 'measuring nothing',
    service: await ServiceUnderTest.start(context, servers, { [measuringSetting]: 'off' }),
    found: [] as number[],
  };
  const ways = [on, off];
  const warmUp: Pace = { kind: 'closed', durationMs: context.scaled(6000, 1000) };
  const short: Pace = { kind: 'closed', durationMs: context.scaled(2500, 1000) };
  for (const { name, service } of ways) await cpuMsPerRequest(service, warmUp, `warm-up, ${name}`);
  for (let pair = 0; pair < context.scaled(pairs, 3); pair++) {
    // Who goes first changes: the tables grow, and the machine warms up.
    for (const { name, service, found } of pair % 2 === 0 ? ways : ways.toReversed()) {
      found.push(await cpuMsPerRequest(service, short, `pair ${pair + 1}, ${name}`));
    }
  }
  for (const { service } of ways) await service.stop();
  const lossPercent = meanInterval95(on.found.map((cpuMs, i) => (cpuMs / (off.found[i] as number) - 1) * 100));
  notes.push(
    describeLoss(lossPercent, on.found.length),
    ...ways.map(
      ({ name, found }) => `${name}: ${found.map((cpuMs) => cpuMs.toFixed(3)).join(', ')} ms of CPU a request`,
    ),
    await checkStored(servers, sums),
  );
  return {
    figures: { throughput_loss_percent: lossPercent.upper, loss_percent_mean: lossPercent.mean, errors: sums.unknown },
    notes,
    settings: await servers.settings({ seed, users, samples_per_body: 60, pairs: on.found.length }),
  };
}

function describeLoss({ mean, lower, upper }: MeanInterval, runs: number): string {
  const [from, to] = [lower, upper].map((percent) => percent.toFixed(1));
  return `measuring takes ${mean.toFixed(1)} % more CPU a request, between ${from} and ${to} % (95 %, ${runs} pairs)`;
}

/** What it costs that the service measures itself. */
export const overheadBench: Bench = {
  name: 'overhead',
  about: 'CPU time of a request with all measuring, against the same build with it switched off',
  isShort: false,
  needs: () => ({ ...smallNeeds, openFiles: 1024, localPorts: 1024, procFiles: true }),
  goals: { throughput_loss_percent: { max: 3 }, errors: { max: 0 } },
  run,
};
