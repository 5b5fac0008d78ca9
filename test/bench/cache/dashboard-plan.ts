import type { BenchUser } from '../service/bench-users';

const dayMs = 86_400_000;

/** What a load of dashboards and phones is, as it is written to a file for its process. */
export interface DashboardPlan {
  /** The replicas; every request goes to one at random. */
  readonly ports: readonly number[];
  readonly users: readonly BenchUser[];
  /** Who reads and who sends how often; the same in all parts of a run. */
  readonly seed: number;
  /** What happens when. */
  readonly part: number;
  /** Reads a second, all users together; a sync comes with every so many reads. */
  readonly readsPerS: number;
  readonly readsPerSync: number;
  readonly durationMs: number;
  /** The day whose samples are sent, at its beginning in UTC, in ms. */
  readonly todayMs: number;
  /** Samples that each user has sent of today before, so that every sync brings new ones. */
  readonly sentBefore: readonly number[];
}

/** What became of the load. */
export interface DashboardReport {
  readonly reads: number;
  readonly syncs: number;
  /** Answers other than 200. */
  readonly errors: number;
  /** Answers that lacked what their reader had been told is stored before asking. */
  readonly staleReads: number;
  /** The longest time between a 2xx and the asking of a read that lacked it, in ms. */
  readonly stalestMs: number;
  readonly latenciesMs: readonly number[];
  /** Samples of today by user, as acknowledged. */
  readonly sent: readonly number[];
}

/** Whose turn it is: users by a Zipf distribution with exponent 1, in an order of its own. */
export function zipfUsers(shuffle: () => number, random: () => number, users: number): () => number {
  const order = Array.from({ length: users }, (_, i) => i);
  for (let i = users - 1; i > 0; i--) {
    const other = Math.floor(shuffle() * (i + 1));
    [order[i], order[other]] = [order[other] as number, order[i] as number];
  }
  const weights = order.map((_, rank) => 1 / (rank + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return () => {
    let left = random() * total;
    for (const [rank, weight] of weights.entries()) {
      left -= weight;
      if (left <= 0) return order[rank] as number;
    }
    return order[users - 1] as number;
  };
}

function dateOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

/** Ten panels of a dashboard: five that end now, and five about days that are over. */
function ranges(todayMs: number): readonly { days: number; endDaysAgo: number; bucket: string }[] {
  const day = new Date(todayMs).getUTCDate();
  return [
    { days: 1, endDaysAgo: -1, bucket: 'hour' },
    { days: 7, endDaysAgo: -1, bucket: 'day' },
    { days: 30, endDaysAgo: -1, bucket: 'day' },
    { days: 90, endDaysAgo: -1, bucket: 'week' },
    { days: 365, endDaysAgo: -1, bucket: 'week' },
    { days: 7, endDaysAgo: 7, bucket: 'day' },
    { days: 30, endDaysAgo: day + 5, bucket: 'day' },
    { days: 30, endDaysAgo: day + 35, bucket: 'day' },
    { days: 90, endDaysAgo: 95, bucket: 'week' },
    { days: 30, endDaysAgo: 365, bucket: 'day' },
  ];
}

/** One question, and how many samples of today its answer says there are; null where it says nothing about today. */
export interface Question {
  readonly path: string;
  countToday(body: string): number | null;
}

interface DayAnswer {
  readonly heart?: Readonly<Record<string, { readonly samples: number }>>;
}

interface SeriesAnswer {
  readonly series: readonly { readonly buckets: readonly { readonly start: string; readonly samples: number }[] }[];
}

/** The next question of the mix: half recent, three tenths summary, two tenths one of the ten ranges. */
export function nextQuestion(random: () => number, todayMs: number): Question {
  const dice = random();
  const today = dateOf(todayMs);
  // What is newest is told by its instant, and a sync's samples are a second apart from midnight on.
  if (dice < 0.5) return { path: '/v1/recent', countToday: (body) => countByNewest(body, todayMs) };
  if (dice < 0.8) {
    const countToday = (body: string): number => (JSON.parse(body) as DayAnswer).heart?.['heart_rate']?.samples ?? 0;
    return { path: `/v1/summary?date=${today}`, countToday };
  }
  const all = ranges(todayMs);
  const { days, endDaysAgo, bucket } = all[Math.floor(random() * all.length)] as (typeof all)[number];
  const toMs = todayMs - endDaysAgo * dayMs;
  const range = `from=${dateOf(toMs - days * dayMs)}&to=${dateOf(toMs)}`;
  return {
    path: `/v1/series?metrics=heart_rate&bucket=${bucket}&${range}`,
    countToday: (body) => (endDaysAgo < 0 && bucket !== 'week' ? countInSeries(body, today) : null),
  };
}

function countByNewest(body: string, todayMs: number): number {
  const { metrics } = JSON.parse(body) as { metrics: { metric: string; recordedAt: string }[] };
  const newest = metrics.find(({ metric }) => metric === 'heart_rate');
  return newest === undefined ? 0 : Math.max(0, (Date.parse(newest.recordedAt) - todayMs) / 1000 + 1);
}

function countInSeries(body: string, today: string): number {
  const [series] = (JSON.parse(body) as SeriesAnswer).series;
  const ofToday = series?.buckets.filter(({ start }) => start.startsWith(today)) ?? [];
  return ofToday.reduce((sum, { samples }) => sum + samples, 0);
}

/** What a phone sends: as many heart rates as a minute's sync has, one a second after those that it sent before. */
export function syncBody(todayMs: number, sentBefore: number, samples: number): string {
  const data = Array.from({ length: samples }, (_, i) => {
    const at = new Date(todayMs + (sentBefore + i) * 1000).toISOString();
    return {
      date: `${at.slice(0, 10)} ${at.slice(11, 19)} +0000`,
      Min: 58,
      Avg: 60 + (i % 40),
      Max: 110,
      source: 'Watch',
    };
  });
  return JSON.stringify({ data: { metrics: [{ name: 'heart_rate', units: 'count/min', data }] } });
}
