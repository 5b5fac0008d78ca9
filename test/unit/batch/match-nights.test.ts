import { describe, expect, test } from 'vitest';
import { isSameNight } from '../../../src/batch/match-nights';

const hours = (from: number, to: number): [number, number] => [from * 3_600_000, to * 3_600_000];

describe('isSameNight', () => {
  test.each([
    ['the same span', hours(23, 31), hours(23, 31), true],
    ['a night that has grown', hours(23, 23.5), hours(22.5, 31), true],
    ['half of the shorter one', hours(0, 2), hours(1, 9), false],
    ['more than half of the shorter one', hours(0, 2), hours(0.9, 9), true],
    ['spans that touch', hours(0, 2), hours(2, 4), false],
    ['spans apart', hours(0, 2), hours(3, 4), false],
    ['one instant twice', hours(5, 5), hours(5, 5), true],
    ['two instants', hours(5, 5), hours(6, 6), false],
    ['an instant within a night', hours(5, 5), hours(0, 8), true],
    ['an instant before a night', hours(-1, -1), hours(0, 8), false],
    ['a night of a week', hours(23, 31), hours(23, 175), false],
    ['an instant of a week', hours(30, 30), hours(23, 175), false],
    ['a week that has grown by a night', hours(23, 127), hours(23, 151), true],
    ['a week and its month', hours(0, 168), hours(0, 720), false],
    ['just a day', hours(0, 1), hours(0, 24), true],
    ['more than a day', hours(0, 1), hours(0, 24.1), false],
  ])('%s', (_name, a, b, expected) => {
    expect(isSameNight(...a, ...b)).toBe(expected);
    expect(isSameNight(...b, ...a)).toBe(expected);
  });
});
