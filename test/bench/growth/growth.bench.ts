import { existsSync } from 'node:fs';
import type { Client } from 'pg';
import type { BenchContext } from '../bench-context';
import { type Bench, type BenchResult, median, rounded } from '../figures';
import { generateSamples, type HeartRateSample, seededRandom, toBatch } from '../generate-samples';
import { smallNeeds } from '../preflight';
import { writer } from '../write/own-ways';
import { type SeedMonth, seededSamples } from '../write/seed-month';
import { countRows, createTwinTable } from '../write/twin-table';
import type { WriteTimes } from '../write/write-way';
import { keptDirOf, openSeededDatabase, type SeededDatabase } from './seeded-database';

const batchRows = 10_000;
/** Rows that the goals are about. */
const goalRows = 50_000_000;
/** The filled months that are sent again, counted back from the newest: three years. */
const oldMonths = [36, 37];
const smallSchema = 'way_small';
/** Disk that a row with its keys takes, and the WAL beside it. */
const bytesPerRow = 280;

const totalMs = ({ encodeMs, serverMs }: WriteTimes): number => encodeMs + serverMs;

async function rowsOfMonth(owner: Client, { startMs }: SeedMonth, condition = 'true'): Promise<number> {
  const from = new Date(startMs);
  const to = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1, 1));
  const { rows } = await owner.query(
    `SELECT count(*)::float8 AS count FROM public.heart_rate_metrics
      WHERE recorded_at >= $1 AND recorded_at < $2 AND ${condition}`,
    [from, to],
  );
  return rows[0].count;
}

/** New rows of one user in the newest month; the milliseconds tell them from those of any other run. */
function newSamples(database: SeededDatabase, random: () => number): HeartRateSample[] {
  const { startMs } = database.months[0] as SeedMonth;
  const samples = generateSamples(random, startMs + 86_400_000, batchRows);
  const runMs = 1 + (database.runNumber % 499);
  return samples.map((sample) => ({ ...sample, atMs: sample.atMs + runMs }));
}

/** What a user has in some months, known without reading them: reading would bring them into memory first. */
async function samplesOf(
  { owner, users, months }: SeededDatabase,
  place: number,
  places: readonly number[],
): Promise<HeartRateSample[]> {
  const user = { ids: [users.ids[place] as string], places: [place] };
  const found: HeartRateSample[] = [];
  for (const month of places) found.push(...(await seededSamples(owner, user, months[month] as SeedMonth)));
  return found;
}

async function run(context: BenchContext): Promise<BenchResult> {
  const rounds = context.scaled(15, 3);
  const database = await openSeededDatabase(context);
  const { servers, owner, users, months } = database;
  const newest = months[0] as SeedMonth;
  await owner.query(`DROP SCHEMA IF EXISTS ${smallSchema} CASCADE`);
  await createTwinTable(owner, smallSchema);
  const [big, small] = [await servers.connect('app'), await servers.connect('app', smallSchema)];
  for (const client of [big, small]) context.atEnd(() => client.end());
  const random = seededRandom(20_261_134 + database.runNumber);
  const newestBefore = await rowsOfMonth(owner, newest);
  const found: Record<string, number[]> = { new_big: [], new_small: [], resend_big: [], resend_small: [] };
  let resentRows = 0;
  let neighbourRows = 0;

  // Round 0 warms up plans and compiled code; every round has a user of its own, whose rows nobody has touched before.
  for (let round = 0; round <= rounds; round++) {
    const place = (database.runNumber * (rounds + 1) + round) % users.ids.length;
    const userId = users.ids[place] as string;
    const fresh = toBatch(newSamples(database, random));
    const old = toBatch((await samplesOf(database, place, oldMonths.toReversed())).slice(0, batchRows));
    resentRows = old.length;
    // What this user has around the new rows and the old ones is the same in both, so that only the size differs.
    const neighbours = toBatch(await samplesOf(database, place, [0]));
    neighbourRows = neighbours.length;
    await writer('1', 'all')(small, userId, neighbours);
    await writer('1', 'all')(small, userId, old);
    const steps: [string, () => Promise<WriteTimes>][] = [
      ['new_big', () => writer('1', 'all')(big, userId, fresh)],
      ['new_small', () => writer('1', 'all')(small, userId, fresh)],
      ['resend_big', () => writer('2', 'none')(big, userId, old)],
      ['resend_small', () => writer('2', 'none')(small, userId, old)],
    ];
    for (const [name, step] of round % 2 === 0 ? steps : steps.toReversed()) {
      const ms = totalMs(await step());
      if (round > 0) found[name]?.push(ms);
    }
    if (round % 5 === 0) context.progress(`round ${round} of ${rounds}`);
  }

  const added = (await rowsOfMonth(owner, newest)) - newestBefore;
  if (added !== (rounds + 1) * batchRows)
    throw new Error(`${(rounds + 1) * batchRows} rows were written, ${added} stored`);
  for (const month of oldMonths) {
    const changed = await rowsOfMonth(owner, months[month] as SeedMonth, 'revision > 0');
    if (changed > 0) throw new Error(`${changed} rows that were sent again unchanged were updated`);
  }
  const smallRows = await countRows(owner, smallSchema);
  if (smallRows !== (rounds + 1) * (batchRows + resentRows + neighbourRows))
    throw new Error(`the small table holds ${smallRows} rows`);
  await owner.query(`DROP SCHEMA ${smallSchema} CASCADE`);
  const ms = (name: string): number => median(found[name] ?? []);
  return {
    figures: {
      slowdown: ms('new_big') / ms('new_small'),
      resend_slowdown: ms('resend_big') / ms('resend_small'),
    },
    notes: [
      ...Object.keys(found).map((name) => `${name.padEnd(12)} ${rounded(ms(name))} ms a batch (median of ${rounds})`),
      `a batch that is sent again has ${resentRows} rows`,
    ],
    settings: await servers.settings({
      seeded_rows: database.rows,
      users: users.ids.length,
      months: months.length,
      batch_rows: batchRows,
      run: database.runNumber,
    }),
    ...(database.rows < goalRows ? { noVerdict: `${database.rows} rows are not ${goalRows}` } : {}),
  };
}

/** Whether the writer is as quick into a table that has been filled for years. */
export const growthBench: Bench = {
  name: 'growth',
  about:
    'the writer into a table with 50 million rows against one with next to none; the rows stay in .data/bench-growth',
  isShort: false,
  needs: (options) => ({
    ...smallNeeds,
    freeDiskBytes: 5e9 + (existsSync(keptDirOf(options)) ? 0 : options.growthRows * bytesPerRow),
  }),
  goals: { slowdown: { max: 1.3 }, resend_slowdown: { max: 1.5 } },
  run,
};
