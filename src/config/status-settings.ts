import { choiceSetting, secretSetting } from './define-setting';

/** Who may see how the service is doing; a part of the settings. */
export const statusSettings = {
  statusAccess: choiceSetting('STATUS_ACCESS', 'auto', {
    choices: ['auto', 'key'],
    description:
      'Who sees `/status`: `key` asks for a key with the scope `admin`; `auto` not on this machine, while PUBLIC_URL is absent.',
  }),
  metricsToken: secretSetting('METRICS_TOKEN', {
    minLength: 16,
    description: 'Token that `/metrics` asks for, as `Authorization: Bearer`. Absent: it asks for none.',
  }),
} as const;
