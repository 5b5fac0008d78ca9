import type { Client } from 'pg';
import type { BenchContext } from './bench-context';
import { type Bench, type BenchResult, median, rounded } from './figures';
import type { LoadReport } from './load/load-plan';
import { AcknowledgedSums, describeLoad, runLoad } from './load/run-load';
import { smallNeeds } from './preflight';
import { BenchServers } from './service/bench-servers';
import { type BenchUser, createUsers } from './service/bench-users';
import { checkStored } from './service/check-stored';
import { ImportLoad } from './service/import-load';
import { ServiceUnderTest } from './service/service-under-test';
import { copyText } from './write/peer-ways';
import { countRows, createTwinTable } from './write/twin-table';
import { elapsedMs } from './write/write-way';

const seed = 20_261_127;
const samplesPerBody = 10_000;
const bodies = 16;
const copySchema = 'way_copy';

/** `COPY` text of all batches by some clients at once, each batch for a user of its own; resolves how long it took. */
function copyAll(clients: readonly Client[], load: ImportLoad, users: readonly BenchUser[]): Promise<number> {
  return elapsedMs(() =>
    Promise.all(
      clients.map(async (client, first) => {
        for (let i = first; i < load.batches.length; i += clients.length) {
          await copyText(client, (users[i] as BenchUser).userId, load.batches[i] as ImportLoad['batches'][number]);
        }
      }),
    ),
  );
}

async function run(context: BenchContext): Promise<BenchResult> {
  const rounds = context.scaled(7, 1);
  const servers = await BenchServers.start(context);
  const owner = await servers.connect('owner');
  context.atEnd(() => owner.end());
  await createTwinTable(owner, copySchema);
  const copyClients = await Promise.all([1, 2, 3, 4].map(() => servers.connect('app', copySchema)));
  for (const client of copyClients) context.atEnd(() => client.end());
  const load = ImportLoad.create(context, seed, bodies, samplesPerBody);
  const service = await ServiceUnderTest.start(context, servers);
  const sums = new AcknowledgedSums();
  const notes: string[] = [];
  const send = async (users: readonly BenchUser[], clients: number, what: string): Promise<number> => {
    const pace = { kind: 'counted', requestsPerClient: bodies / clients } as const;
    const report: LoadReport = await runLoad(context, load.plan(service.port, users, clients, pace));
    sums.add(report);
    if (report.errors > 0) throw new Error(`${what}: ${describeLoad(report)}`);
    generatorShares.push(report.cpuShare);
    return report.elapsedMs;
  };
  const generatorShares: number[] = [];
  const found: Record<string, number[]> = { e2e_4: [], e2e_1: [], copy_1: [], copy_4: [], resend_4: [] };

  // Round 0 warms up and is not counted.
  for (let round = 0; round <= rounds; round++) {
    const [users4, users1] = [await createUsers(servers, bodies), await createUsers(servers, bodies)];
    const ways: Record<string, () => Promise<number>> = {
      e2e_4: () => send(users4, 4, 'four clients'),
      e2e_1: () => send(users1, 1, 'one client'),
      copy_1: () => copyAll(copyClients.slice(0, 1), load, users1),
      copy_4: () => copyAll(copyClients, load, users4),
    };
    const names = Object.keys(ways);
    const first = round % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      const ms = await (ways[name] as () => Promise<number>)();
      if (round > 0) found[name]?.push(ms);
    }
    const resendMs = await send(users4, 4, 'four clients, sent again');
    if (round > 0) found['resend_4']?.push(resendMs);
    context.progress(`round ${round} of ${rounds}`);
  }
  await service.stop();
  const expected = (rounds + 1) * 2 * bodies * samplesPerBody;
  const copied = await countRows(owner, copySchema);
  if (copied !== expected) throw new Error(`COPY wrote ${expected} rows, its table holds ${copied}`);
  const ms = (name: string): number => median(found[name] ?? []);
  notes.push(
    ...Object.keys(found).map((name) => {
      const perS = Math.round((bodies * samplesPerBody) / (ms(name) / 1000));
      return `${name.padEnd(8)} ${perS} samples/s, ${rounded(ms(name) / bodies)} ms a body (median of ${rounds})`;
    }),
    `load generator: ${Math.round(median(generatorShares) * 100)} % of a core`,
    await checkStored(servers, sums),
  );
  return {
    figures: {
      e2e_vs_copy_text: ms('copy_1') / ms('e2e_4'),
      e2e_one_client_vs_copy_text: ms('copy_1') / ms('e2e_1'),
      e2e_resend_vs_copy_text: ms('copy_1') / ms('resend_4'),
      e2e_vs_copy_text_4: ms('copy_4') / ms('e2e_4'),
      samples_per_s: (bodies * samplesPerBody) / (ms('e2e_4') / 1000),
    },
    notes,
    settings: await servers.settings({ seed, rounds, bodies_per_round: bodies, samples_per_body: samplesPerBody }),
  };
}

/** Large bodies from HTTP to COMMIT against `COPY` of their rows. */
export const ingestBench: Bench = {
  name: 'ingest',
  about: '10,000-sample bodies through HTTP, bytes and rows committed, against COPY text of the same rows',
  isShort: true,
  needs: () => ({ ...smallNeeds, freeDiskBytes: 8e9 }),
  goals: { e2e_vs_copy_text: { min: 1.3 }, e2e_one_client_vs_copy_text: { min: 0.8 } },
  run,
};
