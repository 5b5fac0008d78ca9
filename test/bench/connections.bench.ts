import { setTimeout as delay } from 'node:timers/promises';
import type { BenchContext } from './bench-context';
import type { Bench, BenchResult } from './figures';
import { AcknowledgedSums, describeLoad, prepareLoad, runLoad } from './load/run-load';
import { smallNeeds } from './preflight';
import { BenchServers } from './service/bench-servers';
import { createUsers } from './service/bench-users';
import { checkStored } from './service/check-stored';
import { readProcessUsage } from './service/process-usage';
import { ServiceUnderTest } from './service/service-under-test';
import { SyncLoad } from './service/sync-load';

const seed = 20_261_131;
const idleConnections = 10_000;
const workingClients = 1000;
/** Each idle connection sends once in this time. */
const everyMs = 60_000;
/** The last requests of the idle ones are still answered while the others work. */
const marginMs = 2000;

async function run(context: BenchContext): Promise<BenchResult> {
  const durationMs = context.scaled(60_000, 6000);
  const servers = await BenchServers.start(context);
  const idleUsers = await createUsers(servers, idleConnections);
  const workingUsers = await createUsers(servers, workingClients);
  const idleLoad = SyncLoad.create(context, idleUsers, seed);
  const service = await ServiceUnderTest.start(context, servers);
  context.progress(`opening ${idleConnections} connections`);
  const idlePlan = idleLoad.plan(service.port, { kind: 'periodic', everyMs, durationMs });
  const holder = await prepareLoad(context, idlePlan);
  const rssWithIdle = readProcessUsage(service.pid).rssMb;
  context.progress(`they are open; ${durationMs / 1000} s of work`);
  const holding = holder.run();
  const workingPlan = SyncLoad.create(context, workingUsers, seed + 1).plan(service.port, {
    kind: 'closed',
    durationMs: durationMs + marginMs,
  });
  const working = runLoad(context, workingPlan);
  await delay(durationMs / 2);
  const { rssMb } = readProcessUsage(service.pid);
  const [idle, busy] = [await holding, await working];
  const { peakRssMb } = readProcessUsage(service.pid);
  await service.stop();
  const sums = new AcknowledgedSums();
  sums.add(idle);
  sums.add(busy);
  return {
    figures: { errors: sums.unknown, rss_mb: peakRssMb },
    notes: [
      `idle: ${describeLoad(idle)}`,
      `working: ${describeLoad(busy)}`,
      `RSS ${Math.round(rssWithIdle)} MB with all connections open, ${Math.round(rssMb)} MB half way`,
      await checkStored(servers, sums),
    ],
    settings: await servers.settings({ seed, idle_connections: idleConnections, working_clients: workingClients }),
  };
}

/** Phones that keep a connection and hardly ever use it, beside others that work. */
export const connectionsBench: Bench = {
  name: 'connections',
  about: '10,000 kept connections with a request a minute each, held while 1,000 clients work',
  isShort: true,
  needs: () => ({ ...smallNeeds, openFiles: 12_000, localPorts: 12_000, procFiles: true }),
  goals: { errors: { max: 0 } },
  run,
};
