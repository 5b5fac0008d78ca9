import { join } from 'node:path';
import { builtInCatalogue } from '../../../src/catalogue/catalogue';
import { bumpDataVersions } from '../../../src/database/data-version';
import type { Identity } from '../../../src/identity/identity';
import { BucketReader } from '../../../src/query/buckets/bucket-reader.service';
import { dateText } from '../../../src/query/buckets/calendar';
import { RecentService } from '../../../src/query/recent/recent.service';
import { SleepDays } from '../../../src/query/sleep/sleep-days.service';
import { SummaryService } from '../../../src/query/summary/summary.service';
import type { BenchContext } from '../bench-context';
import { type Bench, type BenchResult, median, percentile, rounded } from '../figures';
import { seededRandom } from '../generate-samples';
import { smallNeeds } from '../preflight';
import { BenchServers } from '../service/bench-servers';
import { ServiceUnderTest } from '../service/service-under-test';
import { openSeededHealth, type SeededHealth } from './seeded-health';
import { TimedDatabase } from './timed-database';

const seed = 20_261_140;
const dayMs = 86_400_000;
/** Disk that a row takes with its keys, its share of the roll-ups and the WAL beside it. */
const bytesPerRow = 400;
/** Users that the rows are spread over; fewer to see that it runs. */
const users = 200;
const quickUsers = 8;
/** Requests of the mixed load that are under way at once. */
const clients = 2;

/** One question of a dashboard. */
interface Question {
  readonly kind: string;
  readonly path: string;
}

function instant(atMs: number) {
  return { atMs, offsetMinutes: 0, hasOffset: false, dateOnly: true };
}

/** A question of the mix: today, the newest, ranges of hours, days and weeks, another zone than the phone's. */
function nextQuestion(random: () => number, lastDayMs: number): Question {
  const daysAgo = Math.floor(random() * 30);
  const to = dateText(lastDayMs + dayMs - daysAgo * dayMs);
  const from = (days: number): string => dateText(lastDayMs + dayMs - (daysAgo + days) * dayMs);
  const dice = random();
  if (dice < 0.3) return { kind: 'recent', path: '/v1/recent' };
  if (dice < 0.5) return { kind: 'summary', path: `/v1/summary?date=${from(1)}` };
  if (dice < 0.6) return { kind: 'sleep', path: `/v1/sleep/days?from=${from(7)}&to=${to}` };
  const series = `/v1/series?from=${from(30)}&to=${to}`;
  if (dice < 0.75) return { kind: 'month', path: `${series}&metrics=step_count,heart_rate,active_energy&bucket=day` };
  if (dice < 0.85) return { kind: 'zone', path: `${series}&metrics=step_count&bucket=day&tz=Europe/London` };
  if (dice < 0.95) return { kind: 'hours', path: `/v1/metrics/heart_rate?bucket=hour&from=${from(2)}&to=${to}` };
  return { kind: 'year', path: `/v1/series?from=${from(365)}&to=${to}&metrics=step_count,heart_rate&bucket=week` };
}

/** Asks the mixed load over HTTP; ms by kind. `forget` has no answer about a user found that was made before. */
async function askOverHttp(
  service: ServiceUnderTest,
  health: SeededHealth,
  requests: number,
  forget: (userId: string) => Promise<unknown>,
): Promise<ReadonlyMap<string, number[]>> {
  const random = seededRandom(seed);
  const found = new Map<string, number[]>();
  let asked = 0;
  const ask = async (): Promise<void> => {
    while (asked < requests) {
      asked += 1;
      const user = health.users[Math.floor(random() * health.users.length)];
      const { kind, path } = nextQuestion(random, health.lastDayMs);
      await forget(user?.userId ?? '');
      const startMs = performance.now();
      await service.get(path, user?.key);
      found.set(kind, [...(found.get(kind) ?? []), performance.now() - startMs]);
    }
  };
  await Promise.all(Array.from({ length: clients }, ask));
  return found;
}

/** The services that answer, in this process, with a clock at the database. */
async function openServices(context: BenchContext, { databaseUrl }: SeededHealth) {
  const database = await TimedDatabase.open(context, databaseUrl);
  const buckets = new BucketReader(database, builtInCatalogue);
  const summary = new SummaryService(database, buckets, new SleepDays(), builtInCatalogue);
  return { database, buckets, summary, recent: new RecentService(database, builtInCatalogue) };
}
type Services = Awaited<ReturnType<typeof openServices>>;

function identityOf(userId: string): Identity {
  return { userId, userName: 'bench', timeZone: 'Europe/Berlin', keyId: '', scopes: ['read'] };
}

function askYear({ buckets }: Services, userId: string, lastDayMs: number): Promise<unknown> {
  return buckets.read(identityOf(userId), ['step_count', 'heart_rate'], {
    from: instant(lastDayMs - 364 * dayMs),
    to: instant(lastDayMs + dayMs),
    bucket: 'day',
    agg: undefined,
    tz: 'phone',
    source: 'best',
    fill: 'none',
    order: 'asc',
    limit: 1000,
    cursor: undefined,
  });
}

/** A year for user after user, from `first` on: ms of the whole answer. */
async function timeYears(services: Services, health: SeededHealth, first: number, rounds: number): Promise<number[]> {
  const found: number[] = [];
  for (let round = first; round < first + rounds; round++) {
    const user = health.users[round % health.users.length];
    const startMs = performance.now();
    await askYear(services, user?.userId ?? '', health.lastDayMs);
    found.push(performance.now() - startMs);
  }
  return found;
}

/** The heavy questions of the mix in this process: ms that all statements of a question took. */
async function timeStatements(services: Services, health: SeededHealth, rounds: number): Promise<number[]> {
  const random = seededRandom(seed + 1);
  const found: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const identity = identityOf(health.users[Math.floor(random() * health.users.length)]?.userId ?? '');
    const fromWallMs = health.lastDayMs - Math.floor(random() * 30) * dayMs;
    services.database.takeMs();
    if (round % 3 === 0) await services.recent.read(identity);
    else if (round % 3 === 1) await services.summary.read(identity, { fromWallMs, toWallMs: fromWallMs + dayMs });
    else await askYear(services, identity.userId, health.lastDayMs);
    found.push(services.database.takeMs());
  }
  return found;
}

async function run(context: BenchContext): Promise<BenchResult> {
  const { queryRows } = context.options;
  const userCount = context.scaled(users, quickUsers);
  const keptDir = join(context.options.dataDir, 'bench-query', `${queryRows}-${userCount}`);
  const servers = await BenchServers.start(context, { keptDir });
  const small = await openSeededHealth(context, servers, 'bench_query_small', { rows: queryRows / 10, userCount });
  const large = await openSeededHealth(context, servers, 'bench_query', { rows: queryRows, userCount });
  const [ofSmall, ofLarge] = [await openServices(context, small), await openServices(context, large)];
  const rounds = context.scaled(300, 30);
  const years: { small: number[]; large: number[] } = { small: [], large: [] };
  // Everything is asked for once before it is measured: whoever looks comes back, and a disk is not what is compared here.
  await timeYears(ofSmall, small, 0, userCount);
  const firstYears = await timeYears(ofLarge, large, 0, userCount);
  // Taking turns, so that a busy minute of the machine falls on both.
  const part = rounds / 5;
  for (let first = 0; first < rounds; first += part) {
    years.small.push(...(await timeYears(ofSmall, small, first, part)));
    years.large.push(...(await timeYears(ofLarge, large, first, part)));
  }
  context.progress(`years are asked for: ${rounded(median(years.large))} ms`);
  const firstStatements = await timeStatements(ofLarge, large, rounds);
  const statements = await timeStatements(ofLarge, large, rounds);
  // Without Redis the version of a user's data is asked for each time; raised, it finds no answer of before.
  const env = { DATABASE_URL: large.databaseUrl, CACHE_REDIS_URL: 'redis://127.0.0.1:9' };
  const service = await ServiceUnderTest.start(context, servers, env);
  const { database } = ofLarge;
  const forget = (userId: string) =>
    database.inTransaction([userId], (tx) => bumpDataVersions(tx, [userId], new Set([userId])));
  await askOverHttp(service, large, rounds * 3, forget);
  const http = await askOverHttp(service, large, rounds * 3, forget);
  await service.stop();
  const all = [...http.values()].flat();
  return {
    figures: {
      exec_p95_ms: percentile(statements, 0.95),
      http_p95_ms: percentile(all, 0.95),
      year_p95_ms: percentile(years.large, 0.95),
      ten_times_rows_ratio: median(years.large) / median(years.small),
      first_exec_p95_ms: percentile(firstStatements, 0.95),
      first_year_p95_ms: percentile(firstYears, 0.95),
    },
    notes: [...http].map(
      ([kind, ms]) =>
        `${kind.padEnd(8)} ${rounded(median(ms))} ms, p95 ${rounded(percentile(ms, 0.95))} ms (${ms.length})`,
    ),
    settings: await servers.settings({
      seed,
      users: large.users.length,
      rows: large.rows,
      rows_small: small.rows,
      clients,
    }),
    ...(queryRows < defaultQueryRows ? { noVerdict: `${queryRows} rows are not ${defaultQueryRows}` } : {}),
  };
}

/** Rows that the goals are about. */
export const defaultQueryRows = 10_000_000;

/** Reading back: a dashboard's questions, nothing cached. */
export const queryBench: Bench = {
  name: 'query',
  about: 'a dashboard’s questions over 10 million rows of 200 users, uncached; the rows stay in .data/bench-query',
  isShort: false,
  needs: (options) => ({ ...smallNeeds, freeDiskBytes: 5e9 + options.queryRows * 1.1 * bytesPerRow }),
  goals: {
    exec_p95_ms: { max: 10 },
    http_p95_ms: { max: 25 },
    year_p95_ms: { max: 10 },
    ten_times_rows_ratio: { max: 1.2 },
  },
  run,
};
