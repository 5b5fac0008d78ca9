import { expect, test } from 'vitest';
import type { Problem } from '../../../src/common/problem';
import { SlowBodies } from '../../../src/ingest/receive/slow-bodies';

/** A body that is watched from the time 0 on, of which a test says what came of it. */
function watched() {
  const slow = new SlowBodies({ progressBytes: 100, progressMs: 1000 });
  const socket = { bytesRead: 5000 };
  const request = { socket, readableLength: 0, readableFlowing: true };
  const refusals: Problem[] = [];
  const unwatch = slow.watch(request, (problem) => refusals.push(problem), 0);
  return { slow, socket, request, refusals, unwatch };
}

test('a body that does not come on in time is refused, once', () => {
  const { slow, socket, refusals } = watched();
  socket.bytesRead += 99;
  expect(slow.check(999)).toBe(0);
  expect(slow.check(1000)).toBe(1);
  expect(slow.check(5000)).toBe(0);
  expect(refusals).toMatchObject([{ status: 408, code: 'body_too_slow' }]);
});

test('one that keeps the pace is not, and what came early does not count later', () => {
  const { slow, socket } = watched();
  socket.bytesRead += 100_000;
  expect(slow.check(1000)).toBe(0);
  socket.bytesRead += 100;
  expect(slow.check(2000)).toBe(0);
  socket.bytesRead += 99;
  expect(slow.check(3000)).toBe(1);
});

test.each([
  { why: 'bytes wait to be taken', state: { readableLength: 1 } },
  { why: 'it is held up', state: { readableFlowing: false } },
])('time in which $why is not the client’s', ({ state }) => {
  const { slow, request } = watched();
  Object.assign(request, state);
  expect(slow.check(1000)).toBe(0);
  expect(slow.check(9000)).toBe(0);
  Object.assign(request, { readableLength: 0, readableFlowing: true });
  expect(slow.check(9999)).toBe(0);
  expect(slow.check(10_000)).toBe(1);
});

test('what has arrived is not watched any more', () => {
  const { slow, unwatch, refusals } = watched();
  unwatch();
  expect(slow.check(10_000)).toBe(0);
  expect(refusals).toEqual([]);
});
