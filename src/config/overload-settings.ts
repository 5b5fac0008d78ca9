import { integerSetting } from './define-setting';

/** What is refused for being too much, and when; a part of the settings. */
export const overloadSettings = {
  rateLimitPerMin: integerSetting('RATE_LIMIT_PER_MIN', 6000, {
    min: 1,
    max: 100_000_000,
    unit: 'requests/min',
    description: 'Requests of one key that are taken in the long run; further ones are answered 429.',
  }),
  rateLimitBurst: integerSetting('RATE_LIMIT_BURST', 1000, {
    min: 1,
    max: 1_000_000,
    unit: 'requests',
    description: 'Requests of one key that are taken at once after a rest, before RATE_LIMIT_PER_MIN holds.',
  }),
  overloadWrites: integerSetting('OVERLOAD_WRITES', 2000, {
    min: 10,
    max: 1_000_000,
    unit: 'payloads',
    description:
      'With as many payloads that have arrived and are not stored yet, it is overload: writes are refused (503).',
  }),
  overloadTargetMs: integerSetting('OVERLOAD_TARGET_MS', 200, {
    min: 10,
    max: 60_000,
    unit: 'ms',
    description: 'While writes are refused, as many are taken as are stored within this time.',
  }),
  overloadBacklogAgeMs: integerSetting('OVERLOAD_BACKLOG_AGE_MS', 10_000, {
    min: 100,
    max: 600_000,
    unit: 'ms',
    description: 'Longest wait of a payload for its turn; with longer ones, writes are refused (503).',
  }),
  overloadLoopDelayMs: integerSetting('OVERLOAD_LOOP_DELAY_MS', 1000, {
    min: 20,
    max: 60_000,
    unit: 'ms',
    description: 'Mean delay of the event loop beyond which writes are refused (503), and reads beyond twice as much.',
  }),
  overloadPoolWaiting: integerSetting('OVERLOAD_POOL_WAITING', 500, {
    min: 1,
    max: 1_000_000,
    unit: 'waiting',
    description:
      'Waits for a connection to PostgreSQL beyond which writes are refused (503), and reads beyond twice as many.',
  }),
} as const;
