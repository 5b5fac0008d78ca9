import { randomUUID } from 'node:crypto';
import { cpus } from 'node:os';
import type { Client, PoolClient } from 'pg';
import { DataSource } from 'typeorm';
import { encodeArray } from '../../src/batch/encode-array';
import { findNewRows } from '../../src/batch/find-new-rows';
import { orderRows } from '../../src/batch/order-rows';
import { writeGroup } from '../../src/batch/write-group';
import { BenchDatabase } from './bench-database';
import { type Bench, type BenchResult, median, rounded } from './figures';
import { generateSamples, type HeartRateSample, seededRandom, toBatch } from './generate-samples';
import { HeartRateEntity } from './heart-rate.entity';
import { encodeCopyBinary, encodeCopyText, insertValues, sendCopy } from './write-peers';

const batchRows = 10_000;
const rounds = 9;
/** TypeORM's `save` takes seconds a batch. */
const saveRounds = 2;
const seed = 20_261_124;
const chunkRows = 10_000;

async function elapsedMs(work: () => unknown): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

/** Our writer, from the column batch to COMMIT. */
function writeOurs(
  client: Client,
  userId: string,
  seq: string,
  samples: readonly HeartRateSample[],
  batch = toBatch(samples),
): Promise<number> {
  return elapsedMs(async () => {
    await client.query('BEGIN');
    const member = { userId, ingestionSeq: seq, batch };
    await writeGroup(client as unknown as PoolClient, [member], { chunkRows, newRows: null });
    await client.query('COMMIT');
  });
}

/** The same for a batch of which nothing is stored yet: it is appended. */
function appendOurs(client: Client, userId: string, samples: readonly HeartRateSample[]): Promise<number> {
  const batch = toBatch(samples);
  return elapsedMs(async () => {
    await client.query('BEGIN');
    const member = { userId, ingestionSeq: '1', batch };
    const newRows = await findNewRows(client as unknown as PoolClient, [member]);
    await writeGroup(client as unknown as PoolClient, [member], { chunkRows, newRows });
    await client.query('COMMIT');
  });
}

function corrected(samples: readonly HeartRateSample[]): HeartRateSample[] {
  return samples.map((sample) => ({ ...sample, avg: sample.avg + 0.25 }));
}

/** A batch's samples; one in ten lies across the end of a month. */
function roundSamples(random: () => number, round: number): HeartRateSample[] {
  const month = Date.UTC(2026, 1 + (round % 8), 1);
  const spanMs = batchRows * 152_500;
  return generateSamples(random, round % 10 === 9 ? month - spanMs / 2 : month + 86_400_000, batchRows);
}

type Times = Record<string, number[]>;

function note(times: Times, way: string, ms: number): void {
  times[way] = [...(times[way] ?? []), ms];
}

async function measureRound(client: Client, times: Times, samples: HeartRateSample[]): Promise<void> {
  const batch = toBatch(samples);
  const ours = randomUUID();
  note(
    times,
    'encode_ours',
    await elapsedMs(() => {
      const { first } = orderRows(batch);
      for (const column of batch.columns) encodeArray([{ column, rows: first }]);
    }),
  );
  note(times, 'new', await writeOurs(client, ours, '1', samples, batch));
  note(times, 'append', await appendOurs(client, randomUUID(), samples));
  let bytes: Buffer = Buffer.alloc(0);
  const encodeText = await elapsedMs(() => {
    bytes = encodeCopyText(randomUUID(), samples);
  });
  note(times, 'encode_copy_text', encodeText);
  note(times, 'copy_text', encodeText + (await elapsedMs(() => sendCopy(client, bytes, 'text'))));
  const encodeBinary = await elapsedMs(() => {
    bytes = encodeCopyBinary(randomUUID(), samples);
  });
  note(times, 'encode_copy_binary', encodeBinary);
  note(times, 'copy_binary', encodeBinary + (await elapsedMs(() => sendCopy(client, bytes, 'binary'))));
  note(times, 'values_8000', await elapsedMs(() => insertValues(client, randomUUID(), samples)));
  note(times, 'resend', await writeOurs(client, ours, '2', samples));
  note(times, 'corrected', await writeOurs(client, ours, '3', corrected(samples)));
}

async function measureTypeorm(
  dataSource: DataSource,
  times: Times,
  samples: HeartRateSample[],
  save: boolean,
): Promise<void> {
  const repository = dataSource.getRepository(HeartRateEntity);
  const rowsOf = (userId: string) =>
    samples.map(({ atMs, source, avg, min, max }) => ({
      userId,
      recordedAt: new Date(atMs),
      source,
      granularity: 0,
      value: avg,
      min,
      max,
      zoneOffsetMinutes: 60,
      flags: 0,
      ingestionSeq: '1',
    }));
  const upsertRows = rowsOf(randomUUID());
  note(
    times,
    'typeorm_upsert',
    await elapsedMs(() =>
      dataSource.transaction(async (manager) => {
        for (let start = 0; start < upsertRows.length; start += 1000) {
          await manager
            .getRepository(HeartRateEntity)
            .upsert(upsertRows.slice(start, start + 1000), ['userId', 'recordedAt', 'source', 'granularity']);
        }
      }),
    ),
  );
  if (!save) return;
  const entities = rowsOf(randomUUID()).map((row) => repository.create(row));
  note(times, 'typeorm_save', await elapsedMs(() => repository.save(entities, { chunk: 1000 })));
}

async function run(): Promise<BenchResult> {
  const database = await BenchDatabase.start();
  const dataSource = new DataSource({ type: 'postgres', url: database.url, entities: [HeartRateEntity] });
  try {
    await dataSource.initialize();
    const client = await database.connect();
    const random = seededRandom(seed);
    const warmUp: Times = {};
    await measureRound(client, warmUp, roundSamples(random, 0));
    const times: Times = {};
    for (let round = 0; round < rounds; round++) {
      const samples = roundSamples(random, round + 1);
      await measureRound(client, times, samples);
      await measureTypeorm(dataSource, times, samples, round < saveRounds);
    }
    const { rows } = await client.query('SELECT count(*)::int AS count FROM heart_rate_metrics');
    await client.end();
    const ms = Object.fromEntries(Object.entries(times).map(([way, found]) => [way, median(found)])) as Record<
      string,
      number
    >;
    const ratio = (peer: string, own: string): number => (ms[peer] as number) / (ms[own] as number);
    return {
      figures: {
        vs_copy_text: ratio('copy_text', 'new'),
        vs_copy_binary: ratio('copy_binary', 'new'),
        vs_values_8000: ratio('values_8000', 'new'),
        vs_typeorm_save: ratio('typeorm_save', 'new'),
        vs_typeorm_upsert: ratio('typeorm_upsert', 'new'),
        append_vs_copy_binary: ratio('copy_binary', 'append'),
        batch_10k_ms: ms['new'] as number,
        resend_vs_copy_text: ratio('copy_text', 'resend'),
        corrected_vs_copy_text: ratio('copy_text', 'corrected'),
      },
      notes: [
        `ms a batch: ${Object.entries(ms)
          .map(([way, found]) => `${way} ${rounded(found)}`)
          .join(', ')}`,
      ],
      settings: {
        ...(await database.settings()),
        cores: cpus().length,
        seed,
        batch_rows: batchRows,
        rounds,
        rows_in_table: rows[0].count,
      },
    };
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
    await database.stop();
  }
}

/** Our writer against the other ways into the same table, one connection, 10,000 rows a batch. */
export const writeBench: Bench = {
  name: 'write',
  about: '10,000 rows a batch into heart_rate_metrics, from columns in memory to COMMIT',
  goals: {
    vs_copy_text: { min: 1 },
    vs_copy_binary: { min: 0.7 },
    vs_values_8000: { min: 2.5 },
    vs_typeorm_save: { min: 80 },
    vs_typeorm_upsert: { min: 6 },
    batch_10k_ms: { max: 60 },
    resend_vs_copy_text: { min: 1.5 },
    corrected_vs_copy_text: { min: 0.6 },
  },
  run,
};
