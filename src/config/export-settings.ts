import { integerSetting } from './define-setting';

/** How many exports are written at once, and how long their clients may wait; a part of the settings. */
export const exportSettings = {
  exportConcurrency: integerSetting('EXPORT_CONCURRENCY', 2, {
    min: 1,
    max: 100,
    unit: 'exports',
    description: 'Most exports that are written at once; a further one is answered 503. One user has one at a time.',
  }),
  exportStallTimeoutMs: integerSetting('EXPORT_STALL_TIMEOUT_MS', 60_000, {
    min: 100,
    max: 3_600_000,
    unit: 'ms',
    description: 'Longest time in which a client takes nothing of its export; it is broken off then.',
  }),
} as const;
