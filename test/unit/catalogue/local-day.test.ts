import { expect, test } from 'vitest';
import { localDay } from '../../../src/catalogue/zone-offset';

const zones = Intl.supportedValuesOf('timeZone');
const hourMs = 3_600_000;

/** The day as the runtime's own calendar has it. */
function dayByCalendar(atMs: number, timeZone: string): number {
  const [year, month, day] = new Intl.DateTimeFormat('en-CA', { timeZone }).format(atMs).split('-').map(Number);
  return Date.UTC(year as number, (month as number) - 1, day) / (24 * hourMs);
}

test.each(zones)(
  'the day in %s is the calendar’s, minutes before and after every hour of a change of clocks',
  (zone) => {
    // The ends of summer time in the north and in the south, and a common day, over a day and a half each.
    for (const startMs of [Date.UTC(2026, 9, 24, 12), Date.UTC(2026, 3, 4, 6), Date.UTC(2026, 10, 27)]) {
      for (let atMs = startMs; atMs < startMs + 36 * hourMs; atMs += 6.5 * hourMs - 120_000) {
        expect(localDay(atMs, zone)).toBe(dayByCalendar(atMs, zone));
      }
    }
  },
);

test('a quarter of an hour that was asked for in one zone says nothing of another', () => {
  const atMs = Date.UTC(2026, 10, 27, 23, 50);
  expect(localDay(atMs, 'UTC')).toBe(localDay(atMs, 'Asia/Kathmandu') - 1);
  expect(localDay(atMs + 600_000, 'UTC')).toBe(localDay(atMs, 'UTC') + 1);
});
