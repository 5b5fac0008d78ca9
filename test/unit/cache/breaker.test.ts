import { expect, test } from 'vitest';
import { Breaker } from '../../../src/cache/breaker';

test('three failures in a row open it for a second, two do not', () => {
  const breaker = new Breaker();
  breaker.failed(50, 100);
  breaker.failed(100, 150);
  expect(breaker.isOpen(150)).toBe(false);
  breaker.failed(150, 200);
  expect(breaker.isOpen(200)).toBe(true);
  expect(breaker.isOpen(1199)).toBe(true);
  expect(breaker.isOpen(1200)).toBe(false);
});

test('a pause that many wait for is one failure, however many there are', () => {
  const breaker = new Breaker();
  for (let i = 0; i < 10; i++) breaker.failed(i, 50 + i);
  expect(breaker.isOpen(60)).toBe(false);
  breaker.failed(60, 110);
  breaker.failed(70, 120);
  expect(breaker.isOpen(120)).toBe(false);
  breaker.failed(110, 160);
  expect(breaker.isOpen(160)).toBe(true);
});

test('a success in between begins the count again', () => {
  const breaker = new Breaker();
  for (const nowMs of [10, 20]) breaker.failed(nowMs, nowMs);
  breaker.succeeded();
  for (const nowMs of [30, 40]) breaker.failed(nowMs, nowMs);
  expect(breaker.isOpen(40)).toBe(false);
});

test('after a rest one failure opens it again, until something succeeds', () => {
  const breaker = new Breaker();
  for (const nowMs of [10, 20, 30, 1500]) breaker.failed(nowMs, nowMs);
  expect(breaker.isOpen(2499)).toBe(true);
  breaker.succeeded();
  breaker.failed(2600, 2600);
  expect(breaker.isOpen(2600)).toBe(false);
});
