import { expect, test } from 'vitest';
import { LastMinute } from '../../../src/monitoring/last-minute';

test('what is told is the movement of twelve readings five seconds apart, and before that the one since the start', () => {
  const minute = new LastMinute();
  let counter = 0;
  const read = minute.follow(() => counter);
  expect(read()).toEqual({ before: 0, now: 0 });
  for (let reading = 1; reading <= 12; reading++) {
    counter = reading * 10;
    minute.note();
  }
  counter = 125;
  expect(read()).toEqual({ before: 0, now: 125 });
  minute.note();
  expect(read()).toEqual({ before: 10, now: 125 });
});
