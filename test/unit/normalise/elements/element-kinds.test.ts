import { expect, it } from 'vitest';
import { elementKinds, eventAccountNames } from '../../../../src/ingest/normalise/elements/element-kinds';

it('reads the seven arrays that are not metrics', () => {
  expect([...elementKinds.keys()]).toEqual([
    'workouts',
    'stateOfMind',
    'medications',
    'symptoms',
    'cycleTracking',
    'ecg',
    'heartRateNotifications',
  ]);
});

it('has an account line for each kind of event, one that an array has too', () => {
  const lines = [...elementKinds.values()].map(({ accountName }) => accountName);
  expect(lines).toEqual(expect.arrayContaining(Object.values(eventAccountNames)));
  expect(lines.filter((line) => !Object.values(eventAccountNames).includes(line))).toEqual(['workouts', 'ecg']);
});
