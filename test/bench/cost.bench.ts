import { setTimeout as delay } from 'node:timers/promises';
import type { BenchContext } from './bench-context';
import type { Bench, BenchResult } from './figures';
import type { LoadReport, Pace } from './load/load-plan';
import { AcknowledgedSums, describeLoad, runLoad } from './load/run-load';
import { smallNeeds } from './preflight';
import { BenchServers } from './service/bench-servers';
import { createUsers } from './service/bench-users';
import { checkStored } from './service/check-stored';
import { readProcessUsage, resetPeakRss } from './service/process-usage';
import { ServiceUnderTest } from './service/service-under-test';
import { SyncLoad } from './service/sync-load';

const seed = 20_261_130;
const users = 1000;
const loadShare = 0.7;

async function run(context: BenchContext): Promise<BenchResult> {
  const servers = await BenchServers.start(context);
  const all = await createUsers(servers, users);
  const load = SyncLoad.create(context, all, seed);
  const service = await ServiceUnderTest.start(context, servers);
  const sums = new AcknowledgedSums();
  const notes: string[] = [];
  const send = async (pace: Pace, what: string, most = users): Promise<LoadReport> => {
    const plan = load.plan(service.port, pace);
    const report = await runLoad(context, { ...plan, clients: plan.clients.slice(0, most) });
    load.sentUntil(report.nextRequest);
    sums.add(report);
    notes.push(`${what}: ${describeLoad(report)}`);
    context.progress(notes.at(-1) as string);
    return report;
  };
  const seconds = (full: number, quick: number): number => context.scaled(full, quick) * 1000;

  // A few at a time, so that the heap is what code and caches need, before a thousand come at once.
  await send({ kind: 'closed', durationMs: seconds(4, 1) }, 'warm-up, 8 clients', 8);
  await delay(seconds(3, 1));
  const idle = readProcessUsage(service.pid);
  resetPeakRss(service.pid);
  const saturated = await send({ kind: 'closed', durationMs: seconds(8, 2) }, '1,000 in flight');
  const { peakRssMb } = readProcessUsage(service.pid);

  const ratePerS = loadShare * saturated.requestsPerS;
  const before = readProcessUsage(service.pid);
  const pace: Pace = { kind: 'open', ratePerS, durationMs: seconds(15, 3), seed };
  const open = await send(pace, `open loop at ${Math.round(ratePerS)} requests/s`);
  const cpuMs = readProcessUsage(service.pid).cpuMs - before.cpuMs;
  await service.stop();
  notes.push(
    `RSS ${Math.round(idle.rssMb)} MB idle, ${Math.round(peakRssMb)} MB at most; ${Math.round(cpuMs)} ms of CPU for ${open.acknowledged.requests} requests`,
    await checkStored(servers, sums),
  );
  return {
    figures: {
      kb_per_request: ((peakRssMb - idle.rssMb) * 1000) / users,
      cpu_ms_per_request: cpuMs / open.acknowledged.requests,
    },
    notes,
    settings: await servers.settings({ seed, users, samples_per_body: 60 }),
  };
}

/** What a request takes of the service's own process. */
export const costBench: Bench = {
  name: 'cost',
  about: 'memory and CPU time of the service process for a 60-sample request',
  isShort: true,
  needs: () => ({ ...smallNeeds, openFiles: 2048, localPorts: 2048, procFiles: true }),
  goals: { kb_per_request: { max: 256 }, cpu_ms_per_request: { max: 1 } },
  run,
};
