import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/catalogue/json';
import { isSleepSegment, readSleepSegment } from '../../../../src/ingest/normalise/elements/sleep-segment';
import { readOne } from './read-one';

const sent: JsonObject = {
  startDate: '2026-03-28 23:10:00 +0100',
  endDate: '2026-03-28 23:52:30 +0100',
  qty: 0.708,
  value: 'Core',
  source: 'Jo\u2019s Apple\u00a0Watch',
};

describe('readSleepSegment', () => {
  it('reads start, end, stage and source', () => {
    expect(readOne(readSleepSegment, sent)).toEqual({
      reason: null,
      row: {
        recorded_at: Date.UTC(2026, 2, 28, 22, 10),
        source: "Jo's Apple Watch",
        stage: 'core',
        ended_at: Date.UTC(2026, 2, 28, 22, 52, 30),
        zone_offset_minutes: 60,
        flags: 0,
      },
    });
  });

  it.each([
    ['Core', 'core'],
    ['Deep', 'deep'],
    ['REM', 'rem'],
    ['Awake', 'awake'],
    ['InBed', 'in_bed'],
    ['In Bed', 'in_bed'],
    ['Asleep', 'asleep'],
    ['Unspecified', 'asleep'],
    ['AsleepUnspecified', 'asleep'],
    ['AsleepCore', 'core'],
    ['AsleepDeep', 'deep'],
    ['AsleepREM', 'rem'],
    ['HKCategoryValueSleepAnalysisAsleepDeep', 'deep'],
    ['Im Bett', 'im_bett'],
    ['Sueño profundo', 'sueño_profundo'],
  ])('stores %s as %s', (value, stage) => {
    expect(readOne(readSleepSegment, { ...sent, value }).row['stage']).toBe(stage);
  });

  it('flags what is longer than a day', () => {
    expect(readOne(readSleepSegment, { ...sent, endDate: '2026-03-29 23:10:00 +0100' }).row['flags']).toBe(0);
    expect(readOne(readSleepSegment, { ...sent, endDate: '2026-03-30 23:10:00 +0100' }).row['flags']).toBe(1);
  });

  it.each<[string, JsonObject, string]>([
    ['no start', { startDate: null }, 'date_missing'],
    ['no end', { endDate: null }, 'date_missing'],
    ['an unreadable end', { endDate: 'Invalid Date' }, 'date_unreadable'],
    ['a start ahead of now', { startDate: '2026-06-04 00:00:00 +0000' }, 'date_in_future'],
    ['an end before the start', { endDate: '2026-03-28 23:00:00 +0100' }, 'end_before_start'],
    ['no value', { value: null }, 'value_missing'],
    ['a blank value', { value: ' ' }, 'value_missing'],
    ['a value that is an object', { value: {} }, 'value_missing'],
    ['a NUL', { value: 'Core\0' }, 'text_invalid'],
    ['a lone surrogate in the source', { source: '\ud83d' }, 'text_invalid'],
    ['a source that is a number', { source: 5 }, 'text_invalid'],
    ['an endless value', { value: 'x'.repeat(501) }, 'text_too_long'],
  ])('rejects %s', (_title, change, reason) => {
    expect(readOne(readSleepSegment, { ...sent, ...change }).reason).toBe(reason);
  });

  it.each<[JsonObject, boolean]>([
    [sent, true],
    [{ startDate: 'x', endDate: 'y', value: 'Core' }, true],
    [{ endDate: 'y', value: null, qty: 1 }, true],
    [{ startDate: 'x', endDate: 'y' }, true],
    [{ startDate: 'x', endDate: 'y', qty: 1 }, false],
    [{ date: 'z', startDate: 'x', endDate: 'y', qty: 1 }, false],
    [{ date: 'z', qty: 1, value: 'Complete' }, false],
    [{ date: 'z', totalSleep: 7 }, false],
    [{}, false],
  ])('knows %j by its keys: %s', (element, isSegment) => {
    expect(isSleepSegment(element)).toBe(isSegment);
  });
});
