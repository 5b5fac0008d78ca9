import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/catalogue/json';
import { isSleepNight, readSleepNight } from '../../../../src/ingest/normalise/elements/sleep-night';
import { readOne } from './read-one';

const newForm: JsonObject = {
  date: '2026-03-29 00:00:00 +0100',
  totalSleep: 7.25,
  asleep: 0,
  core: 4,
  deep: 1.25,
  rem: 2,
  awake: 0.5,
  sleepStart: '2026-03-28 23:10:00 +0100',
  sleepEnd: '2026-03-29 07:55:00 +0200',
  inBed: 0,
  inBedStart: '2026-03-28 23:00:00 +0100',
  inBedEnd: '2026-03-29 07:50:00 +0200',
  source: 'Watch|iPhone',
};

const oldForm: JsonObject = {
  date: '2021-11-02 22:30:00 -0700',
  asleep: 6.5,
  inBed: 8,
  sleepStart: '2021-11-02 23:00:00 -0700',
  sleepEnd: '2021-11-03 06:00:00 -0700',
  inBedStart: '2021-11-02 22:30:00 -0700',
  inBedEnd: '2021-11-03 06:30:00 -0700',
  sleepSource: 'Watch',
  inBedSource: 'iPhone',
};

const day = (year: number, month: number, date: number): number => Date.UTC(year, month - 1, date) / 86_400_000;

describe('readSleepNight', () => {
  it('reads the new form, across a change of clocks', () => {
    const { reason, row } = readOne(readSleepNight, newForm);
    expect(reason).toBeNull();
    expect(row).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5/),
      source: 'Watch|iPhone',
      wake_date: day(2026, 3, 29),
      started_at: Date.UTC(2026, 2, 28, 22),
      ended_at: Date.UTC(2026, 2, 29, 5, 55),
      sleep_start_at: Date.UTC(2026, 2, 28, 22, 10),
      sleep_end_at: Date.UTC(2026, 2, 29, 5, 55),
      in_bed_start_at: Date.UTC(2026, 2, 28, 22),
      in_bed_end_at: Date.UTC(2026, 2, 29, 5, 50),
      total_sleep_hours: 7.25,
      asleep_hours: 0,
      core_hours: 4,
      deep_hours: 1.25,
      rem_hours: 2,
      awake_hours: 0.5,
      in_bed_hours: 0,
      zone_offset_minutes: 120,
      flags: 0,
    });
  });

  it('reads the old form: the total is in asleep, the sources are two', () => {
    const { row } = readOne(readSleepNight, oldForm);
    expect(row).toMatchObject({
      source: 'Watch',
      wake_date: day(2021, 11, 3),
      started_at: Date.UTC(2021, 10, 3, 5, 30),
      ended_at: Date.UTC(2021, 10, 3, 13, 30),
      total_sleep_hours: 6.5,
      asleep_hours: 6.5,
      core_hours: null,
      in_bed_hours: 8,
      zone_offset_minutes: -420,
    });
    expect(readOne(readSleepNight, { ...oldForm, sleepSource: '' }).row['source']).toBe('iPhone');
  });

  it('takes the wake date from the end by its own offset, not from UTC', () => {
    const night = { totalSleep: 3, sleepStart: '2026-03-01 22:00:00 -0800', sleepEnd: '2026-03-01 23:50:00 -0800' };
    expect(readOne(readSleepNight, night).row['wake_date']).toBe(day(2026, 3, 1));
    const west = { totalSleep: 3, sleepStart: '2026-03-01 22:00:00 +1400', sleepEnd: '2026-03-02 03:00:00 +1400' };
    expect(readOne(readSleepNight, west).row['wake_date']).toBe(day(2026, 3, 2));
  });

  it('takes the date where there are no times, in the zone of the user when it has none', () => {
    expect(readOne(readSleepNight, { date: '2026-02-06', totalSleep: 7 }).row).toMatchObject({
      wake_date: day(2026, 2, 6),
      started_at: Date.UTC(2026, 1, 5, 23),
      ended_at: Date.UTC(2026, 1, 5, 23),
      sleep_start_at: null,
      zone_offset_minutes: 60,
    });
    const noEnd = { date: '2026-02-06', totalSleep: 7, sleepStart: '2026-02-05 22:00:00 +0100' };
    expect(readOne(readSleepNight, noEnd).row).toMatchObject({
      wake_date: day(2026, 2, 6),
      ended_at: Date.UTC(2026, 1, 5, 21),
    });
  });

  it('reads a night without the times in bed', () => {
    const { inBedStart, inBedEnd, ...night } = newForm;
    expect([inBedStart, inBedEnd]).toHaveLength(2);
    for (const each of [night, { ...night, inBedStart: null, inBedEnd: '' }]) {
      expect(readOne(readSleepNight, each).row).toMatchObject({
        started_at: Date.UTC(2026, 2, 28, 22, 10),
        ended_at: Date.UTC(2026, 2, 29, 5, 55),
        in_bed_start_at: null,
        in_bed_end_at: null,
      });
    }
  });

  it('tells a nap of the same date from the night, and two sources apart', () => {
    const nap = { ...newForm, sleepStart: '2026-03-29 14:00:00 +0200', sleepEnd: '2026-03-29 15:00:00 +0200' };
    const ids = [newForm, nap, { ...newForm, source: 'Ring' }, { ...newForm, totalSleep: 1 }].map(
      (night) => readOne(readSleepNight, night).row['id'],
    );
    expect(new Set(ids).size).toBe(3);
    expect(ids[3]).toBe(ids[0]);
  });

  it('flags more hours than a day has, and loses none', () => {
    expect(readOne(readSleepNight, { ...newForm, totalSleep: 24 }).row['flags']).toBe(0);
    expect(readOne(readSleepNight, { ...newForm, totalSleep: 82.7 }).row).toMatchObject({
      total_sleep_hours: 82.7,
      flags: 1,
    });
  });

  it('turns the unit of the metric into hours', () => {
    const inMinutes = { ...newForm, totalSleep: 435, core: 240 };
    const { row } = readOne((element, payload) => readSleepNight(element, payload, 1 / 60), inMinutes);
    expect(row).toMatchObject({ total_sleep_hours: 7.25, core_hours: 4 });
  });

  it.each<[string, JsonObject, string]>([
    ['an unreadable date', { date: 'Invalid Date' }, 'date_unreadable'],
    ['an unreadable time in bed', { inBedStart: 'Invalid Date' }, 'date_unreadable'],
    ['an end ahead of now', { sleepEnd: '2026-06-04 00:00:00 +0000' }, 'date_in_future'],
    ['sleep that ends before it starts', { sleepEnd: '2026-03-28 20:00:00 +0100' }, 'end_before_start'],
    ['a bed left before it was entered', { inBedEnd: '2026-03-28 20:00:00 +0100' }, 'end_before_start'],
    ['a text for hours', { core: '4' }, 'value_not_a_number'],
    ['an infinity', JSON.parse('{"deep":1e400}'), 'value_not_a_number'],
    ['negative hours', { rem: -1 }, 'value_impossible'],
    ['more hours than a year has', { totalSleep: 24 * 366 + 1 }, 'value_impossible'],
    ['a span longer than a year', { sleepStart: '2024-01-01 00:00:00 +0000' }, 'value_impossible'],
    ['a source that PostgreSQL cannot keep', { source: 'a\0b' }, 'text_invalid'],
  ])('rejects %s', (_title, change, reason) => {
    expect(readOne(readSleepNight, { ...newForm, ...change }).reason).toBe(reason);
  });

  it.each<[JsonObject, string]>([
    [{ totalSleep: 7 }, 'date_missing'],
    [{ date: '2026-02-06', totalSleep: null }, 'value_missing'],
  ])('rejects %j', (night, reason) => {
    expect(readOne(readSleepNight, night).reason).toBe(reason);
  });

  it.each<[JsonObject, boolean]>([
    [newForm, true],
    [oldForm, true],
    [{ sleepStart: 'x' }, true],
    [{ date: 'x', inBed: 1 }, true],
    [{ date: 'x', qty: 1 }, false],
    [{ date: 'x', Min: 1, Avg: 1, Max: 1 }, false],
    [{}, false],
  ])('knows %j by its keys: %s', (element, isNight) => {
    expect(isSleepNight(element)).toBe(isNight);
  });
});
