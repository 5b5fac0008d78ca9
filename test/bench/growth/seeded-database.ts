import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from 'pg';
import type { BenchContext, BenchOptions } from '../bench-context';
import { monthStartMs, seededRandom, seededUuid } from '../generate-samples';
import { BenchServers } from '../service/bench-servers';
import { type SeededUsers, type SeedMonth, seedMonth } from '../write/seed-month';

const userCount = 200;
/** Full months that are filled. The oldest one that is sent again is three years old; one more lies before it. */
const months = 38;

/** A database with many rows, and what they were made from. */
export interface SeededDatabase {
  readonly servers: BenchServers;
  readonly owner: Client;
  readonly users: SeededUsers;
  /** The filled months, newest first. */
  readonly months: readonly SeedMonth[];
  readonly rows: number;
  /** How often it was opened, this time included: what a run writes must not be there from an earlier one. */
  readonly runNumber: number;
}

function rowsPerUserAndMonth({ growthRows }: BenchOptions): number {
  return Math.ceil(growthRows / userCount / months);
}

/** Where the database with that many rows is kept. */
export function keptDirOf(options: BenchOptions): string {
  return join(options.dataDir, 'bench-growth', String(userCount * months * rowsPerUserAndMonth(options)));
}

function seededUsers(): SeededUsers {
  const random = seededRandom(20_261_133);
  const ids = Array.from({ length: userCount }, () => seededUuid(random));
  return { ids, places: ids.map((_, place) => place) };
}

/** `bench_seed` remembers how the rows were made; `bench_seed_months`, which months are complete. */
const stateSql = `
CREATE TABLE IF NOT EXISTS bench_seed (newest_month_ms float8 NOT NULL, rows_per_user int NOT NULL, runs int NOT NULL);
CREATE TABLE IF NOT EXISTS bench_seed_months (start_ms float8 PRIMARY KEY)`;

async function readState(owner: Client, rowsPerUser: number): Promise<{ newestMs: number; runNumber: number }> {
  await owner.query(stateSql);
  await owner.query('INSERT INTO bench_seed SELECT $1::float8, $2::int, 0 WHERE NOT EXISTS (SELECT FROM bench_seed)', [
    monthStartMs(1),
    rowsPerUser,
  ]);
  const { rows } = await owner.query('UPDATE bench_seed SET runs = runs + 1 RETURNING newest_month_ms, runs');
  return { newestMs: rows[0].newest_month_ms, runNumber: rows[0].runs };
}

function monthsBefore(newestMs: number, rowsPerUser: number): SeedMonth[] {
  const newest = new Date(newestMs);
  return Array.from({ length: months }, (_, ago) => ({
    startMs: Date.UTC(newest.getUTCFullYear(), newest.getUTCMonth() - ago, 1),
    rowsPerUser,
  }));
}

async function fill(context: BenchContext, owner: Client, users: SeededUsers, wanted: SeedMonth[]): Promise<void> {
  const done = await owner.query('SELECT start_ms FROM bench_seed_months');
  const complete = new Set(done.rows.map(({ start_ms }) => start_ms));
  const missing = wanted.filter(({ startMs }) => !complete.has(startMs)).toReversed();
  if (missing.length === 0) return;
  const rowsPerMonth = userCount * (missing[0] as SeedMonth).rowsPerUser;
  const total = missing.length * rowsPerMonth;
  const startMs = performance.now();
  context.progress(
    `storing ${total} rows first, about ${Math.ceil(total / 100_000 / 60)} minutes; the next run has them`,
  );
  for (const [i, month] of missing.entries()) {
    await owner.query('BEGIN');
    await seedMonth(owner, 'public', users, month);
    await owner.query('INSERT INTO bench_seed_months VALUES ($1)', [month.startMs]);
    await owner.query('COMMIT');
    const seconds = (performance.now() - startMs) / 1000;
    const leftS = (seconds / (i + 1)) * (missing.length - i - 1);
    const name = new Date(month.startMs).toISOString().slice(0, 7);
    context.progress(
      `${name} is stored, ${(i + 1) * rowsPerMonth} rows in ${Math.round(seconds)} s, ${Math.round(leftS)} s to go`,
    );
  }
  context.progress('vacuuming, so that this does not happen while it is measured');
  await owner.query('VACUUM (FREEZE, ANALYZE) heart_rate_metrics');
  context.progress(`stored ${total} rows in ${Math.round((performance.now() - startMs) / 1000)} s`);
}

/**
 * Opens the database with at least this many rows, spread over 200 users and 38 months; fills what is missing of it,
 * month by month, so that a run that was ended goes on where it was. It stays for the next run.
 */
export async function openSeededDatabase(context: BenchContext): Promise<SeededDatabase> {
  const rowsPerUser = rowsPerUserAndMonth(context.options);
  const keptDir = keptDirOf(context.options);
  // What was made for a month is of no use when that month is long ago: the newest ones must have partitions of their own.
  const detailedYears = 5;
  if (!existsSync(keptDir)) context.progress(`making ${keptDir}`);
  const servers = await BenchServers.start(context, { keptDir, detailedYears });
  const owner = await servers.connect('owner');
  context.atEnd(() => owner.end());
  const { newestMs, runNumber } = await readState(owner, rowsPerUser);
  const users = seededUsers();
  const wanted = monthsBefore(newestMs, rowsPerUser);
  await fill(context, owner, users, wanted);
  return { servers, owner, users, months: wanted, rows: userCount * months * rowsPerUser, runNumber };
}
