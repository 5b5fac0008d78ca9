import { settings as serviceSettings } from '../../src/config/settings';
import type { BenchContext } from './bench-context';
import { type Bench, type BenchResult, median } from './figures';
import type { LoadReport, Pace } from './load/load-plan';
import { AcknowledgedSums, describeLoad, runLoad } from './load/run-load';
import { smallNeeds } from './preflight';
import { BenchServers } from './service/bench-servers';
import { createUsers } from './service/bench-users';
import { checkStored } from './service/check-stored';
import { ServiceUnderTest } from './service/service-under-test';
import { SyncLoad } from './service/sync-load';

const users = 1000;
const seed = 20_261_126;

/** Share of the peak at which latencies are measured. */
const loadShare = 0.7;

/** The setting that makes every request a transaction of its own. */
const groupSetting = 'GROUP_MAX_INGESTIONS';

/** Whether this build can do without group commit, which is what it is compared with. */
function knowsGroups(): boolean {
  return Object.values(serviceSettings).some(({ name }) => (name as string) === groupSetting);
}

async function run(context: BenchContext): Promise<BenchResult> {
  const servers = await BenchServers.start(context);
  const load = SyncLoad.create(context, await createUsers(servers, users), seed);
  const sums = new AcknowledgedSums();
  const notes: string[] = [];
  const send = async (service: ServiceUnderTest, pace: Pace, what: string): Promise<LoadReport> => {
    const report = await runLoad(context, load.plan(service.port, pace));
    load.sentUntil(report.nextRequest);
    sums.add(report);
    context.progress(`${what}: ${describeLoad(report)}`);
    notes.push(`${what}: ${describeLoad(report)}`);
    return report;
  };

  // Both run all the time, on the same tables; only one has work at a time.
  const grouped = {
    name: 'as it is',
    service: await ServiceUnderTest.start(context, servers),
    found: [] as LoadReport[],
  };
  const ways = [grouped];
  if (knowsGroups()) {
    const service = await ServiceUnderTest.start(context, servers, { [groupSetting]: '1' });
    ways.push({ name: 'one transaction a request', service, found: [] });
  }
  const warmUp: Pace = { kind: 'closed', durationMs: context.scaled(4000, 1000) };
  const saturated: Pace = { kind: 'closed', durationMs: context.scaled(8000, 1500) };
  for (const { name, service } of ways) await send(service, warmUp, `warm-up, ${name}`);
  for (let round = 0; round < context.scaled(3, 2); round++) {
    for (const { name, service, found } of round % 2 === 0 ? ways : ways.toReversed()) {
      found.push(await send(service, saturated, `closed loop ${round + 1}, ${name}`));
    }
  }
  const rate = (found: readonly LoadReport[]): number => median(found.map(({ requestsPerS }) => requestsPerS));
  const peakRps = rate(grouped.found);
  const pace: Pace = {
    kind: 'open',
    ratePerS: loadShare * peakRps,
    durationMs: context.scaled(30_000, 3000),
    seed,
  };
  const open = await send(grouped.service, pace, `open loop at ${Math.round(loadShare * peakRps)} requests/s`);
  for (const { service } of ways) await service.stop();
  notes.push(await checkStored(servers, sums));
  if (sums.total.stored < sums.total.received) {
    notes.push(`of ${sums.total.received} samples ${sums.total.stored} were new: the bodies did not last`);
  }
  const other = ways[1];
  if (other === undefined) notes.push(`group_commit_gain is missing: this build has no setting ${groupSetting}`);
  return {
    figures: {
      peak_rps: peakRps,
      p95_ms: open.latencyMs.p95,
      p99_ms: open.latencyMs.p99,
      errors: sums.unknown,
      ...(other === undefined ? {} : { group_commit_gain: peakRps / rate(other.found) }),
      p95_ms_saturated: median(grouped.found.map(({ latencyMs }) => latencyMs.p95)),
    },
    notes,
    settings: await servers.settings({ seed, users, samples_per_body: 60 }),
  };
}

/** Phones that send a little all day: how many requests a second, and how long they wait. */
export const syncBench: Bench = {
  name: 'sync',
  about: '60-sample bodies from 1,000 kept connections, each its own user and key',
  isShort: true,
  needs: () => ({ ...smallNeeds, openFiles: 2048, localPorts: 2048 }),
  goals: {
    peak_rps: { min: 2000 },
    p95_ms: { max: 50 },
    p99_ms: { max: 200 },
    errors: { max: 0 },
    group_commit_gain: { min: 1.5 },
    p95_ms_saturated: { max: 500 },
  },
  run,
};
