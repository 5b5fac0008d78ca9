import { expect, test } from 'vitest';
import { ColumnBatch } from '../../../src/batch/column-batch';
import { heartRateFamily, sleepNightFamily, workoutFamily } from '../../../src/catalogue/families';
import { isHistory } from '../../../src/database/data-version';
import { touchesHistory } from '../../../src/ingest/store/touches-history';

const hourMs = 3_600_000;
const nowMs = Date.UTC(2026, 10, 27, 12);

function heartRates(...atMs: number[]): ColumnBatch {
  const batch = new ColumnBatch(heartRateFamily);
  for (const recordedAtMs of atMs) batch.append({ recorded_at: recordedAtMs, source: 'Watch', granularity: 0 });
  return batch;
}

test('samples of today and yesterday leave the history alone, one older sample among them does not', () => {
  expect(touchesHistory([heartRates(nowMs, nowMs - 40 * hourMs)], nowMs)).toBe(false);
  expect(touchesHistory([heartRates(nowMs, nowMs - 50 * hourMs, nowMs)], nowMs)).toBe(true);
  expect(touchesHistory([heartRates(nowMs), heartRates(0)], nowMs)).toBe(true);
});

test('a night counts from its beginning', () => {
  const night = new ColumnBatch(sleepNightFamily);
  night.append({ started_at: nowMs - 50 * hourMs, ended_at: nowMs - 42 * hourMs });
  expect(touchesHistory([night], nowMs)).toBe(true);
});

test('a thing with an id may have been anywhere before; no thing has been nowhere', () => {
  const workouts = new ColumnBatch(workoutFamily);
  expect(touchesHistory([workouts], nowMs)).toBe(false);
  workouts.append({ started_at: nowMs });
  expect(touchesHistory([workouts], nowMs)).toBe(true);
});

test('whatever is answered as history can only be changed by what touches it, at any hour of any zone', () => {
  for (let ageHours = 0; ageHours < 200; ageHours++) {
    const wallMs = nowMs - ageHours * hourMs;
    if (!isHistory(wallMs, nowMs)) continue;
    // The last instant that can be read as before this reading of a wall clock, and an hour of the clock's own error.
    for (const offsetHours of [-12, 0, 14]) {
      const instantMs = wallMs - offsetHours * hourMs - 1;
      expect(touchesHistory([heartRates(instantMs)], nowMs)).toBe(true);
      expect(touchesHistory([heartRates(instantMs)], nowMs + 365 * 24 * hourMs)).toBe(true);
    }
  }
});
