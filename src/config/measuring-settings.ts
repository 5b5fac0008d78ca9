import { choiceSetting } from './define-setting';

/** How the service measures itself; a part of the settings. */
export const measuringSettings = {
  measure: choiceSetting('MEASURE', 'on', {
    choices: ['on', 'off'],
    description: '`off` counts and times nothing. It is there for the benchmark that says what measuring costs.',
  }),
} as const;
