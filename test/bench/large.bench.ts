import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { BenchContext } from './bench-context';
import { type Bench, type BenchResult, rounded } from './figures';
import { largeBody, seededRandom } from './generate-samples';
import type { LoadPlan } from './load/load-plan';
import { AcknowledgedSums, describeLoad, runLoad } from './load/run-load';
import { plainBody, writeBodies } from './load/write-bodies';
import { smallNeeds } from './preflight';
import { BenchServers } from './service/bench-servers';
import { type BenchUser, createUsers } from './service/bench-users';
import { checkStored } from './service/check-stored';
import { readProcessUsage, resetPeakRss } from './service/process-usage';
import { ServiceUnderTest } from './service/service-under-test';
import { SyncLoad } from './service/sync-load';

const seed = 20_261_129;
const answerTimeoutMs = 300_000;
const tenYearsMs = 10 * 365.25 * 86_400_000;

/** What one large body did to a service that had just started. */
interface Measured {
  readonly rssGrowthMb: number;
  readonly loopDelayP99Ms: number;
  readonly mbPerS: number;
}

/** A body that is only taken is waited for until it is stored, and counted as its account then says. */
async function untilStored(
  service: ServiceUnderTest,
  user: BenchUser,
  reply: string,
): Promise<Record<string, number> | null> {
  const { ingestionId, status } = JSON.parse(reply);
  if (status === 'stored') return null;
  const giveUpAtMs = Date.now() + answerTimeoutMs;
  for (;;) {
    const found = JSON.parse(await service.get(`/v1/ingestions/${ingestionId}`, user.key));
    if (found.status === 'stored') return found;
    if (found.status === 'parked' || Date.now() > giveUpAtMs) throw new Error(`the body is ${found.status}`);
    await delay(50);
  }
}

async function measure(
  context: BenchContext,
  servers: BenchServers,
  user: BenchUser,
  warmUp: SyncLoad,
  plan: Omit<LoadPlan, 'port'>,
  sums: AcknowledgedSums,
): Promise<Measured> {
  const service = await ServiceUnderTest.start(context, servers);
  const warm = await runLoad(context, warmUp.plan(service.port, { kind: 'closed', durationMs: 2000 }));
  warmUp.sentUntil(warm.nextRequest);
  sums.add(warm);
  await delay(1000);
  await service.loopDelayP99Ms();
  const before = readProcessUsage(service.pid);
  resetPeakRss(service.pid);
  const startMs = performance.now();
  const report = await runLoad(context, { ...plan, port: service.port });
  if (report.errors > 0) throw new Error(`the body was not taken: ${describeLoad(report)}`);
  const account = await untilStored(service, user, report.lastReply);
  const elapsedMs = account === null ? report.elapsedMs : performance.now() - startMs;
  const { peakRssMb } = readProcessUsage(service.pid);
  const loopDelayP99Ms = await service.loopDelayP99Ms();
  await service.stop();
  sums.add(account === null ? report : { errors: 0, acknowledged: { ...report.acknowledged, ...account } });
  const bodyBytes = plan.bodies[0]?.bodyBytes as number;
  const measured = {
    rssGrowthMb: peakRssMb - before.rssMb,
    loopDelayP99Ms,
    mbPerS: bodyBytes / 1e6 / (elapsedMs / 1000),
  };
  context.progress(`${plan.contentEncoding}: ${describe(measured)}`);
  return measured;
}

function describe({ rssGrowthMb, loopDelayP99Ms, mbPerS }: Measured): string {
  return `RSS grew by ${rounded(rssGrowthMb)} MB, event loop delay p99 ${rounded(loopDelayP99Ms)} ms, ${rounded(mbPerS)} MB/s`;
}

async function run(context: BenchContext): Promise<BenchResult> {
  const bodyMb = context.scaled(200, 20);
  const servers = await BenchServers.start(context);
  const [plainUser, gzipUser, ...others] = (await createUsers(servers, 22)) as [BenchUser, BenchUser, ...BenchUser[]];
  const warmUp = SyncLoad.create(context, others, seed);
  context.progress(`making a body of ${bodyMb} MB`);
  // Ten years hold more samples than the body, so the last one is not ahead of now.
  const { body, samples: count } = largeBody(seededRandom(seed), Date.now() - tenYearsMs, bodyMb * 1e6);
  const compressed = gzipSync(body, { level: 6 });
  const plainFile = writeBodies(context, [plainBody(body)]);
  const gzipFile = writeBodies(context, [{ sent: compressed, bodyBytes: body.length }]);
  const common = { firstRequest: 0, pace: { kind: 'counted', requestsPerClient: 1 }, answerTimeoutMs } as const;
  const sums = new AcknowledgedSums();
  const clientOf = ({ key }: BenchUser) => [{ keys: [key], requestsPerKey: 1, bodies: [0] }];
  const send = (user: BenchUser, plan: Omit<LoadPlan, 'port'>) => measure(context, servers, user, warmUp, plan, sums);
  const plain = await send(plainUser, {
    ...common,
    ...plainFile,
    contentEncoding: 'identity',
    clients: clientOf(plainUser),
  });
  const gzip = await send(gzipUser, { ...common, ...gzipFile, contentEncoding: 'gzip', clients: clientOf(gzipUser) });
  return {
    figures: {
      rss_growth_mb: Math.max(plain.rssGrowthMb, gzip.rssGrowthMb),
      loop_delay_p99_ms: Math.max(plain.loopDelayP99Ms, gzip.loopDelayP99Ms),
      mb_per_s: Math.min(plain.mbPerS, gzip.mbPerS),
    },
    notes: [`plain: ${describe(plain)}`, `gzip: ${describe(gzip)}`, await checkStored(servers, sums)],
    settings: await servers.settings({
      seed,
      body_mb: rounded(body.length / 1e6),
      gzip_mb: rounded(compressed.length / 1e6),
      samples: count,
    }),
  };
}

/** A whole history in one request: it must neither fill the memory nor stop the rest. */
export const largeBench: Bench = {
  name: 'large',
  about: 'one body of 200 MB, plain and gzip, each sent to a service that has just started; the worse of the two',
  isShort: true,
  needs: () => ({ ...smallNeeds, procFiles: true }),
  goals: { rss_growth_mb: { max: 64 }, loop_delay_p99_ms: { max: 50 } },
  run,
};
