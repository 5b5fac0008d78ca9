import { choiceSetting, integerSetting } from './define-setting';

/** What a process does, and how it works on what its requests leave behind; a part of the settings. */
export const workSettings = {
  role: choiceSetting('ROLE', 'all', {
    choices: ['api', 'worker', 'all'],
    description:
      'What this process does: `api` answers requests, `worker` works on what they leave behind and answers only `/health`, `/ready` and `/metrics`, `all` both.',
  }),
  workConcurrency: integerSetting('WORK_CONCURRENCY', 2, {
    min: 1,
    max: 100,
    unit: 'ingestions',
    description: 'Most ingestions that a process works on at once; fewer where they would need a quarter of POOL_MAX.',
  }),
  workLeaseMs: integerSetting('WORK_LEASE_MS', 30_000, {
    min: 1000,
    max: 600_000,
    unit: 'ms',
    description: 'Time after which the work of a process that died is taken up by another one.',
  }),
  sweepIntervalMs: integerSetting('SWEEP_INTERVAL_MS', 2000, {
    min: 50,
    max: 600_000,
    unit: 'ms',
    description: 'Pause between two looks into PostgreSQL for work that is due, whatever the queue knows.',
  }),
} as const;
