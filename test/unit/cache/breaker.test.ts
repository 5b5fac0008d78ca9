import { expect, test } from 'vitest';
import { Breaker } from '../../../src/cache/breaker';

test('three failures in a row open it for a second, two do not', () => {
  const breaker = new Breaker();
  breaker.failed(100);
  breaker.failed(110);
  expect(breaker.isOpen(110)).toBe(false);
  breaker.failed(120);
  expect(breaker.isOpen(120)).toBe(true);
  expect(breaker.isOpen(1119)).toBe(true);
  expect(breaker.isOpen(1120)).toBe(false);
});

test('a success in between begins the count again', () => {
  const breaker = new Breaker();
  breaker.failed(0);
  breaker.failed(0);
  breaker.succeeded();
  breaker.failed(0);
  breaker.failed(0);
  expect(breaker.isOpen(0)).toBe(false);
});

test('after a rest one failure opens it again, until something succeeds', () => {
  const breaker = new Breaker();
  for (const nowMs of [0, 0, 0, 1500]) breaker.failed(nowMs);
  expect(breaker.isOpen(2499)).toBe(true);
  breaker.succeeded();
  breaker.failed(2600);
  expect(breaker.isOpen(2600)).toBe(false);
});
