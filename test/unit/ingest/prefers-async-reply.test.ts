import { expect, test } from 'vitest';
import { prefersAsyncReply } from '../../../src/ingest/receive/prefers-async-reply';

test.each([
  ['respond-async', true],
  ['Respond-Async', true],
  ['respond-async, wait=10', true],
  ['return=minimal, respond-async; foo="bar"', true],
  ['wait=10', false],
  ['respond-asynchronously', false],
  ['return="respond-async"', false],
  ['', false],
])('%s: %s', (prefer, expected) => {
  expect(prefersAsyncReply({ prefer })).toBe(expected);
});

test('without the header nobody asks', () => {
  expect(prefersAsyncReply({})).toBe(false);
});
