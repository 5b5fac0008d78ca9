import { expect, test } from 'vitest';
import type { Setting } from '../../../src/config/define-setting';
import { settings } from '../../../src/config/settings';

const all: [string, Setting<unknown>][] = Object.entries(settings);

test.each(all)('%s is complete', (key, setting) => {
  expect(setting.name).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
  expect(key).toBe(setting.name.toLowerCase().replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()));
  expect(setting.description).toMatch(/^[A-Z].*\.$/);
  if (setting.defaultValue !== undefined) {
    expect(setting.schema.parse(String(setting.defaultValue))).toBe(setting.defaultValue);
  }
});

test('a number that has a unit in its name has it in its description', () => {
  for (const [key, { unit }] of all) {
    expect(unit === 'ms', key).toBe(key.endsWith('Ms'));
    expect(unit === 's', key).toBe(/[a-z]S$/.test(key));
    expect(unit === 'bytes', key).toBe(key.endsWith('Bytes'));
  }
});

test('no two settings share a name, nor does a file of a secret take the name of a setting', () => {
  const names = all.flatMap(([, { name, secret }]) => (secret ? [name, `${name}_FILE`] : [name]));
  expect(new Set(names).size).toBe(names.length);
});
