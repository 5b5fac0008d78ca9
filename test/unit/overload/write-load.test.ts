import { expect, test } from 'vitest';
import { WriteLoad } from '../../../src/overload/write-load';

const limits = { maxUnderWay: 2000, targetMs: 200 };
const tickMs = 250;

/** Lets a second pass in which so many are offered a second and so many stored. */
function pass(load: WriteLoad, seconds: number, { offeredPerS, storedPerS }: Record<string, number>): void {
  for (let tick = 0; tick < (seconds * 1000) / tickMs; tick++) {
    for (let n = 0; n < ((offeredPerS as number) * tickMs) / 1000; n++) {
      load.noteOffer();
      if (load.isFull) continue;
      load.begin();
    }
    for (let n = 0; n < ((storedPerS as number) * tickMs) / 1000 && load.underWay > 0; n++) load.end(true);
    load.tick(tickMs);
  }
}

test('a thousand that wait for one answer each are no overload, however slow it is', () => {
  const load = new WriteLoad(limits);
  for (let n = 0; n < 1000; n++) load.begin();
  for (let tick = 0; tick < 40; tick++) {
    for (let n = 0; n < 20; n++) {
      load.end(true);
      load.noteOffer();
      expect(load.isFull).toBe(false);
      load.begin();
    }
    load.tick(tickMs);
  }
  expect(load.isOverloaded).toBe(false);
});

test('with three times as much as is stored the queue is held to what is stored within the target', () => {
  const load = new WriteLoad(limits);
  pass(load, 5, { offeredPerS: 3000, storedPerS: 1000 });
  expect(load.isOverloaded).toBe(true);
  expect(load.underWay).toBeLessThanOrEqual(load.limit);
  expect(load.limit).toBeGreaterThan(150);
  expect(load.limit).toBeLessThan(280);
  pass(load, 20, { offeredPerS: 3000, storedPerS: 1000 });
  expect(load.isOverloaded).toBe(true);
});

test('is over a second or two after less is offered than can be stored, and not before', () => {
  const load = new WriteLoad(limits);
  pass(load, 8, { offeredPerS: 3000, storedPerS: 1000 });
  pass(load, 1, { offeredPerS: 500, storedPerS: 1000 });
  expect(load.isOverloaded).toBe(true);
  pass(load, 3, { offeredPerS: 500, storedPerS: 1000 });
  expect(load.isOverloaded).toBe(false);
  expect(load.isFull).toBe(false);
});

test('does not go on and off where as much is offered as can be stored', () => {
  const load = new WriteLoad(limits);
  pass(load, 8, { offeredPerS: 3000, storedPerS: 1000 });
  pass(load, 20, { offeredPerS: 1000, storedPerS: 1000 });
  expect(load.isOverloaded).toBe(true);
});

test('a queue that stands still lets nobody in, and is taken up again when it moves', () => {
  const load = new WriteLoad(limits);
  pass(load, 3, { offeredPerS: 1000, storedPerS: 0 });
  expect(load.isFull).toBe(true);
  pass(load, 10, { offeredPerS: 100, storedPerS: 1000 });
  expect([load.isOverloaded, load.isFull, load.underWay]).toEqual([false, false, 0]);
});

test('what is let through counts before it has arrived, and no longer than until the next tick', () => {
  const load = new WriteLoad({ maxUnderWay: 10, targetMs: 200 });
  for (let n = 0; n < 10; n++) load.noteExpected();
  expect(load.isFull).toBe(true);
  load.tick(tickMs);
  expect(load.isFull).toBe(false);
});
