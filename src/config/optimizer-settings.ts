import { integerSetting } from './define-setting';

/** How the service looks at itself; a part of the settings. */
export const optimizerSettings = {
  adviceIntervalS: integerSetting('ADVICE_INTERVAL_S', 300, {
    min: 0,
    max: 86_400,
    unit: 's',
    description: 'Pause between two looks for advice; 0 looks only when somebody asks.',
  }),
  adviceWindowS: integerSetting('ADVICE_WINDOW_S', 3600, {
    min: 60,
    max: 604_800,
    unit: 's',
    description: 'Length of the windows by which statements that became slower are found.',
  }),
  profileMaxS: integerSetting('PROFILE_MAX_S', 60, {
    min: 1,
    max: 600,
    unit: 's',
    description: 'Longest time that a profile of the processor may take.',
  }),
} as const;
