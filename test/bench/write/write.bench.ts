import type { Client } from 'pg';
import type { BenchContext } from '../bench-context';
import { type Bench, type BenchResult, median, rounded } from '../figures';
import { generateBatch, monthStartMs, seededRandom, seededUuid, toBatch } from '../generate-samples';
import { smallNeeds } from '../preflight';
import { BenchServers } from '../service/bench-servers';
import { upsert, writer } from './own-ways';
import { copyBinary, copyText, values8000 } from './peer-ways';
import { seedMonth } from './seed-month';
import { countRows, createTwinTable } from './twin-table';
import { openDataSource, typeormSave, typeormUpsert } from './typeorm-ways';
import type { WriteBatchOnce, WriteTimes } from './write-way';

const seed = 20_261_124;
const batchRows = 10_000;
const users = 200;
const seededMonths = 8;
/** Rows of each user and month that every table begins with. */
const seededRows = 60;

/** A way with a table of its own and what it took. */
interface MeasuredWay {
  readonly name: string;
  readonly client: Client;
  readonly write: WriteBatchOnce;
  /** `save` takes seconds a batch, so it takes part in the first rounds only. */
  readonly rounds: number;
  readonly found: WriteTimes[];
}

/** The ways that write new rows, each into a twin of the table that starts with the same rows. */
async function openWays(context: BenchContext, servers: BenchServers, rounds: number): Promise<MeasuredWay[]> {
  const plain: [string, WriteBatchOnce][] = [
    ['ours', writer('1', 'all')],
    ['upsert', upsert],
    ['copy_text', copyText],
    ['copy_binary', copyBinary],
    ['values_8000', values8000],
    ['typeorm_upsert', typeormUpsert(await openDataSource(context, servers.databaseUrl, 'way_typeorm_upsert'))],
    ['typeorm_save', typeormSave(await openDataSource(context, servers.databaseUrl, 'way_typeorm_save'))],
  ];
  const ways: MeasuredWay[] = [];
  for (const [name, write] of plain) {
    const client = await servers.connect('app', `way_${name}`);
    context.atEnd(() => client.end());
    ways.push({ name, client, write, rounds: name === 'typeorm_save' ? context.scaled(3, 1) : rounds, found: [] });
  }
  return ways;
}

async function fillTable(owner: Client, schema: string, ids: readonly string[]): Promise<void> {
  await createTwinTable(owner, schema);
  for (let month = 1 + seededMonths; month > 1; month--) {
    const places = ids.map((_, place) => place);
    await seedMonth(owner, schema, { ids, places }, { startMs: monthStartMs(month), rowsPerUser: seededRows });
  }
}

const totalMs = ({ encodeMs, serverMs }: WriteTimes): number => encodeMs + serverMs;

async function run(context: BenchContext): Promise<BenchResult> {
  const rounds = context.scaled(20, 2);
  const servers = await BenchServers.start(context);
  const owner = await servers.connect('owner');
  context.atEnd(() => owner.end());
  const random = seededRandom(seed);
  const ids = Array.from({ length: users }, () => seededUuid(random));
  const ways = await openWays(context, servers, rounds);
  for (const { name } of ways) await fillTable(owner, `way_${name}`, ids);
  // Sent again and corrected in a table of its own: what is replaced leaves dead rows behind, which new rows elsewhere
  // are not to be slowed down by.
  await fillTable(owner, 'way_again', ids);
  const again = await servers.connect('app', 'way_again');
  context.atEnd(() => again.end());
  const resent: WriteTimes[] = [];
  const corrected: WriteTimes[] = [];

  // Round 0 warms up: plans, caches and compiled code; it has users of its own and is not counted.
  for (let round = 0; round <= rounds; round++) {
    const samples = generateBatch(random, round, batchRows);
    const userId = ids[round % ids.length] as string;
    const batch = toBatch(samples);
    const note = (found: WriteTimes[], times: WriteTimes): unknown => round > 0 && found.push(times);
    const present = ways.filter((way) => round <= way.rounds);
    const first = round % present.length;
    for (const way of [...present.slice(first), ...present.slice(0, first)]) {
      note(way.found, await way.write(way.client, userId, batch));
    }
    await writer('1', 'all')(again, userId, batch);
    note(resent, await writer('2', 'none')(again, userId, batch));
    const changed = toBatch(samples.map((sample) => ({ ...sample, avg: sample.avg + 0.25 })));
    note(corrected, await writer('3', 'none')(again, userId, changed));
    if (round % 5 === 0) context.progress(`round ${round} of ${rounds}`);
  }

  for (const { name, rounds: own } of ways) {
    const expected = users * seededMonths * seededRows + (1 + own) * batchRows;
    const rows = await countRows(owner, `way_${name}`);
    if (rows !== expected) throw new Error(`${name} wrote ${expected} rows, its table holds ${rows}`);
  }
  const times = new Map([
    ...ways.map(({ name, found }) => [name, found] as const),
    ['resend', resent],
    ['corrected', corrected],
  ]);
  const ms = (name: string): number => median((times.get(name) ?? []).map(totalMs));
  const ratio = (peer: string, own: string): number => ms(peer) / ms(own);
  const notes = [...times].map(([name, found]) => {
    const [encode, server] = (['encodeMs', 'serverMs'] as const).map((key) => median(found.map((one) => one[key])));
    return `${name.padEnd(14)} encode_ms ${rounded(encode as number)}, server_ms ${rounded(server as number)}, together ${rounded(ms(name))} (median of ${found.length})`;
  });
  return {
    figures: {
      vs_copy_text: ratio('copy_text', 'ours'),
      vs_copy_binary: ratio('copy_binary', 'ours'),
      vs_values_8000: ratio('values_8000', 'ours'),
      vs_typeorm_save: ratio('typeorm_save', 'ours'),
      vs_typeorm_upsert: ratio('typeorm_upsert', 'ours'),
      batch_10k_ms: ms('ours'),
      append_vs_copy_binary: ratio('copy_binary', 'ours'),
      upsert_vs_copy_text: ratio('copy_text', 'upsert'),
      upsert_10k_ms: ms('upsert'),
      resend_vs_copy_text: ratio('copy_text', 'resend'),
      corrected_vs_copy_text: ratio('copy_text', 'corrected'),
    },
    notes,
    settings: await servers.settings({
      seed,
      batch_rows: batchRows,
      rounds,
      rows_in_table: await countRows(owner, 'way_ours'),
    }),
  };
}

/** Our writer against the other ways into the same table, one connection, 10,000 rows a batch. */
export const writeBench: Bench = {
  name: 'write',
  about: '10,000 rows a batch into heart_rate_metrics, from columns in memory to COMMIT',
  isShort: true,
  needs: () => smallNeeds,
  goals: {
    vs_copy_text: { min: 1 },
    vs_copy_binary: { min: 0.7 },
    vs_values_8000: { min: 2.5 },
    vs_typeorm_save: { min: 80 },
    vs_typeorm_upsert: { min: 6 },
    batch_10k_ms: { max: 60 },
    append_vs_copy_binary: { min: 1 },
    resend_vs_copy_text: { min: 1.5 },
    corrected_vs_copy_text: { min: 0.6 },
  },
  run,
};
