/** What is known of one kind of cached answer. */
interface KindOfAnswer {
  /** How long an entry is kept at most, in s. It is found under the version of its data, so it is never too old. */
  readonly timeToLiveS: number;
  /** Whether it is made again after a change, for users who asked for it lately. */
  readonly isWarmed: boolean;
}

/** Every kind of answer that is cached: one row each, and why it is kept as long as it is. */
export const cacheKinds = {
  // Whoever opens a dashboard asks for it again and again for some minutes; then its place is worth more than it.
  recent: { timeToLiveS: 600, isWarmed: true },
  summary: { timeToLiveS: 600, isWarmed: true },
  // A dashboard has ten of them and is reloaded while somebody looks at it.
  series: { timeToLiveS: 600, isWarmed: true },
  // As `series`, of one metric; clients page through them, so what was asked is seldom asked next.
  buckets: { timeToLiveS: 600, isWarmed: false },
  // A page of an app shows it once; it counts every row, so it is worth keeping for the next visit.
  metrics: { timeToLiveS: 600, isWarmed: false },
  sleep: { timeToLiveS: 600, isWarmed: false },
  // Days before yesterday change when history is imported or corrected, and are compared with again and again.
  history: { timeToLiveS: 3600, isWarmed: false },
} as const satisfies Record<string, KindOfAnswer>;

/** A kind of answer: what is counted and kept apart. */
export type CacheKind = keyof typeof cacheKinds;

/** Kinds that are made again after a change. */
export type WarmedKind = {
  [Kind in CacheKind]: (typeof cacheKinds)[Kind]['isWarmed'] extends true ? Kind : never;
}[CacheKind];

/** True for a kind that is made again after a change. */
export function isWarmedKind(kind: string): kind is WarmedKind {
  return Object.hasOwn(cacheKinds, kind) && cacheKinds[kind as CacheKind].isWarmed;
}

/** Share of the time-to-live that is taken off at random, so that what was stored together does not end together. */
const maxJitter = 0.1;

/** Share of the time-to-live after which an entry that is asked for is made again while it is still given out. */
const refreshShare = 0.8;

/** How long an entry that is stored now is kept, in whole ms: its kind's time-to-live or up to a tenth less. */
export function timeToLiveMs(kind: CacheKind): number {
  return Math.round(cacheKinds[kind].timeToLiveS * 1000 * (1 - maxJitter * Math.random()));
}

/** Whether an entry that somebody asks for at this age is to be made again, so that it does not end under its readers. */
export function isDueForRefresh(kind: CacheKind, ageMs: number): boolean {
  return ageMs > cacheKinds[kind].timeToLiveS * 1000 * refreshShare;
}
