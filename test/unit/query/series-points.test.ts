import { expect, test } from 'vitest';
import { toSeries } from '../../../src/query/workouts/series-points';

const atMs = Date.parse('2026-05-01T06:00:00Z');

test('points are told apart by series and keep their order', () => {
  const series = toSeries({
    rows: 3,
    columns: {
      series: ['heartRateData', 'stepCount', 'heartRateData'],
      at_ms: [atMs, atMs + 1, null],
      avg: [120, null, 125],
      qty: [null, 10, null],
      units: ['bpm', 'count', 'bpm'],
    },
  });
  expect(series).toEqual({
    heartRateData: [
      { avg: 120, units: 'bpm', recordedAt: '2026-05-01T06:00:00.000Z' },
      { avg: 125, units: 'bpm', recordedAt: null },
    ],
    stepCount: [{ qty: 10, units: 'count', recordedAt: '2026-05-01T06:00:00.001Z' }],
  });
});

test('names that a phone may send are names and nothing more', () => {
  const columns = Object.fromEntries([
    ['series', ['__proto__']],
    ['at_ms', [atMs]],
    ['__proto__', [1]],
  ]);
  const series = toSeries({ rows: 1, columns });
  expect(JSON.stringify(series)).toBe('{"__proto__":[{"__proto__":1,"recordedAt":"2026-05-01T06:00:00.000Z"}]}');
  expect(Object.getPrototypeOf(series)).toBe(Object.prototype);
});
