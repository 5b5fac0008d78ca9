import { expect, test } from 'vitest';
import { PeriodicLookup } from '../../../src/monitoring/periodic-lookup';

test('what was found stays when a later look fails, and two looks at once are one', async () => {
  const failures: unknown[] = [];
  let looks = 0;
  const lookup = new PeriodicLookup<number>({
    intervalMs: 3_600_000,
    lookUp: () => {
      looks += 1;
      return looks === 2 ? Promise.reject(new Error('not now')) : Promise.resolve(looks);
    },
    onFailure: (error) => failures.push(error),
  });
  expect(lookup.latest).toBeNull();
  await Promise.all([lookup.look(), lookup.look()]);
  expect([lookup.latest, looks]).toEqual([1, 1]);
  await lookup.look();
  expect([lookup.latest, failures.length]).toEqual([1, 1]);
  await lookup.look();
  expect(lookup.latest).toBe(3);
  await lookup.stop();
});

test('it looks by itself until it is stopped, which waits for the look under way', async () => {
  let looks = 0;
  let finish = (): void => undefined;
  const lookup = new PeriodicLookup<number>({
    intervalMs: 1,
    lookUp: () =>
      new Promise((resolve) => {
        looks += 1;
        finish = () => resolve(looks);
      }),
    onFailure: () => undefined,
  });
  lookup.startIn(1);
  while (looks < 3) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (looks < 3) finish();
  }
  let isStopped = false;
  const stopped = lookup.stop().then(() => {
    isStopped = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(isStopped).toBe(false);
  finish();
  await stopped;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(looks).toBe(3);
});
