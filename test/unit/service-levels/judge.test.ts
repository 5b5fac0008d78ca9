import { describe, expect, test } from 'vitest';
import { amountText, figureText, limitText } from '../../../src/service-levels/figure-text';
import { judge } from '../../../src/service-levels/judge';
import { promises } from '../../../src/service-levels/promises';
import { type Figure, noFigure } from '../../../src/service-levels/readings/reading';

function figure(value: number, more: Partial<Figure> = {}): Figure {
  return { value, isLowerBound: false, measurements: 1, failed: 0, ...more };
}

const atMost = { direction: 'at_most', floor: 10, goal: 5, leastMeasurements: 0, leastFailures: 5 } as const;
const ofTwenty = { ...atMost, leastMeasurements: 20 } as const;
const atLeast = { direction: 'at_least', floor: 0.7, goal: 0.9, leastMeasurements: 0, leastFailures: 5 } as const;
const untilRefused = {
  direction: 'until_refused',
  floor: 1000,
  goal: 10_000,
  leastMeasurements: 0,
  leastFailures: 5,
} as const;

describe('a verdict', () => {
  test.each([
    ['below the goal', atMost, figure(5), 'kept', true],
    ['between goal and floor', atMost, figure(10), 'kept', false],
    ['beyond the floor', atMost, figure(10.1), 'broken', false],
    ['beyond what is counted apart, however low that is', atMost, figure(1, { isLowerBound: true }), 'broken', false],
    ['by the goal where there is no floor', { ...atMost, floor: null }, figure(7), 'broken', false],
    ['of a share', atLeast, figure(0.8), 'kept', false],
    ['of too small a share', atLeast, figure(0.69), 'broken', false],
    ['of few that were all taken', untilRefused, figure(3), 'kept', null],
    ['of few of which some were refused', untilRefused, figure(3, { failed: 1 }), 'broken', false],
    ['of more than were asked for, some refused', untilRefused, figure(1000, { failed: 1 }), 'kept', false],
    ['of more than the goal', untilRefused, figure(10_000, { failed: 1 }), 'kept', true],
    ['without data', atMost, noFigure, 'no_data', null],
    ['of too few to break it', ofTwenty, figure(11, { measurements: 19 }), 'too_few', null],
    ['of just enough', ofTwenty, figure(11, { measurements: 20 }), 'broken', false],
    ['of few that failed', ofTwenty, figure(11, { measurements: 5, failed: 5 }), 'broken', false],
    ['of few that failed seldom', ofTwenty, figure(11, { measurements: 5, failed: 4 }), 'too_few', null],
    ['of few within the limit', ofTwenty, figure(10, { measurements: 1 }), 'kept', false],
    ['of few within the goal', ofTwenty, figure(5, { measurements: 19 }), 'kept', null],
    ['of enough within the goal', ofTwenty, figure(5, { measurements: 20 }), 'kept', true],
  ] as const)('%s', (_, limits, measured, verdict, isGoalReached) => {
    expect(judge(limits, measured)).toEqual({ ...measured, verdict, isGoalReached });
  });
});

const times = { direction: 'at_most', unit: 's' } as const;
const numbers = { direction: 'until_refused', unit: 'connections' } as const;

test('texts are short and say what a figure is in', () => {
  // To the side that is worse: what missed 10 ms, or not all, must not look as if it had not.
  expect([0.0123456, 0.2, 0.01002, 1, 12.345, 0].map((value) => amountText(value, 's'))).toEqual([
    '12.4 ms',
    '200 ms',
    '10.1 ms',
    '1 s',
    '12.4 s',
    '0 ms',
  ]);
  expect([0.9997, 1, 0.7, 0.57].map((value) => amountText(value, 'ratio'))).toEqual([
    '99.9 %',
    '100 %',
    '70 %',
    '57 %',
  ]);
  expect([512, 262_144, 10_485_760].map((value) => amountText(value, 'bytes'))).toEqual(['512 B', '256 KB', '10 MB']);
  expect(amountText(12_345, 'connections')).toBe('12,345');
  expect(figureText(figure(10, { isLowerBound: true }), 's')).toBe('> 10 s');
  expect(figureText(figure(0, { isLowerBound: true }), 's')).toBe('no answer');
  expect(figureText(noFigure, 's')).toBe('–');
  expect(limitText(0.2, times)).toBe('≤ 200 ms');
  expect(limitText(0.8, { direction: 'at_least', unit: 'ratio' })).toBe('≥ 80 %');
  expect(limitText(1000, numbers)).toBe('up to 1,000');
  expect(limitText(null, times)).toBe('–');
});

test('no promise asks for less than the specification, and each has its own name', () => {
  const ids = promises.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { id, direction, floor, goal } of promises) {
    const isHarder = floor === null || (direction === 'at_most' ? goal <= floor : goal >= floor);
    expect({ id, isHarder }).toEqual({ id, isHarder: true });
  }
});
