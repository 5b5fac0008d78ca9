import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { oneMetric } from '../../support/health-export';
import type { Phone } from '../../support/phone';
import { type Service, startService } from '../../support/service';
import { nap, night, segment } from '../../support/sleep-elements';
import { storedRows } from '../../support/stored-rows';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const send = async (phone: Phone, ...points: unknown[]) =>
  (await phone.post(oneMetric('sleep_analysis', 'hr', ...points))).json;
const nights = (phone: Phone) => storedRows(service, phone.userId, 'sleep_metrics');

describe('the three shapes', () => {
  test('aggregated, from 6.6.2 on', async () => {
    const phone = await service.newPhone();
    expect(await send(phone, night)).toMatchObject({
      received: 1,
      stored: 1,
      metrics: { sleep_analysis: { stored: 1 } },
    });
    const [row] = await nights(phone);
    expect(row).toMatchObject({
      source: 'Watch',
      wake_date: '2024-05-03',
      total_sleep_hours: 7.5,
      asleep_hours: 0,
      core_hours: 4,
      deep_hours: 1.25,
      rem_hours: 2.25,
      awake_hours: 0.5,
      zone_offset_minutes: 120,
      flags: 0,
    });
    expect(row?.sleep_start_at?.toISOString()).toBe('2024-05-02T21:10:00.000Z');
    expect(row?.sleep_end_at?.toISOString()).toBe('2024-05-03T05:10:00.000Z');
    expect(row?.in_bed_start_at?.toISOString()).toBe('2024-05-02T20:50:00.000Z');
    expect(row?.in_bed_end_at?.toISOString()).toBe('2024-05-03T05:15:00.000Z');
    expect(row?.started_at.toISOString()).toBe('2024-05-02T20:50:00.000Z');
    expect(row?.ended_at.toISOString()).toBe('2024-05-03T05:15:00.000Z');
  });

  test('aggregated without inBedStart and inBedEnd, as 8.2.12 sends it', async () => {
    const phone = await service.newPhone();
    const { inBedStart: _start, inBedEnd: _end, ...missing } = night;
    expect(await send(phone, missing)).toMatchObject({ stored: 1, rejected: 0 });
    expect(await nights(phone)).toMatchObject([
      { in_bed_start_at: null, in_bed_end_at: null, wake_date: '2024-05-03' },
    ]);
  });

  test('aggregated before 6.6.2: a sum of the hours asleep, and sources of their own', async () => {
    const phone = await service.newPhone();
    const old = {
      date: '2024-05-02 22:50:00 +0200',
      asleep: 7.5,
      sleepStart: '2024-05-02 23:10:00 +0200',
      sleepEnd: '2024-05-03 07:10:00 +0200',
      sleepSource: 'Watch',
      inBed: 8.4,
      inBedStart: '2024-05-02 22:50:00 +0200',
      inBedEnd: '2024-05-03 07:15:00 +0200',
      inBedSource: 'iPhone',
    };
    expect(await send(phone, old)).toMatchObject({ stored: 1 });
    const [row] = await nights(phone);
    expect(row).toMatchObject({ wake_date: '2024-05-03', asleep_hours: 7.5, in_bed_hours: 8.4 });
    expect(row?.source).toContain('Watch');
  });

  test('unaggregated: segments without a date, in every spelling of their stage', async () => {
    const phone = await service.newPhone();
    const values = ['Core', 'Deep', 'REM', 'Awake', 'InBed', 'In Bed', 'Asleep', 'Unspecified', 'AsleepDeep'];
    const segments = values.map((value, n) => segment(value, `0${n}:00`, `0${n}:30`));
    const json = await send(phone, ...segments);
    expect(json).toMatchObject({ received: 9, stored: 9, rejected: 0 });
    const rows = await storedRows(service, phone.userId, 'sleep_segments');
    const [core, deep, rem, awake, inBed, inBedInWords, asleep, unspecified, asleepDeep] = rows.map(
      ({ stage }) => stage,
    );
    expect(new Set([core, deep, rem, awake, inBed, asleep]).size).toBe(6);
    expect([inBedInWords, unspecified, asleepDeep]).toEqual([inBed, asleep, deep]);
    expect(rows[0]?.ended_at.toISOString()).toBe('2024-05-01T22:30:00.000Z');
  });

  test('a localised stage is kept, not lost', async () => {
    const phone = await service.newPhone();
    expect(await send(phone, segment('Tiefschlaf', '01:00', '02:00'))).toMatchObject({ stored: 1, rejected: 0 });
  });

  test('all of them in one block', async () => {
    const phone = await service.newPhone();
    expect(await send(phone, night, segment('Core', '23:10', '23:40'), nap)).toMatchObject({ received: 3, stored: 3 });
  });
});

describe('nights', () => {
  test('night+nap share one date and are two', async () => {
    const phone = await service.newPhone();
    expect(await send(phone, night, nap)).toMatchObject({ received: 2, stored: 2 });
    expect(await send(phone, nap, night)).toMatchObject({ received: 2, unchanged: 2 });
    expect(await nights(phone)).toMatchObject([
      { wake_date: '2024-05-03', total_sleep_hours: 7.5 },
      { wake_date: '2024-05-03', total_sleep_hours: 1 },
    ]);
  });

  test('re-sent night with a changed sleepStart is the same night', async () => {
    const phone = await service.newPhone();
    const partial = {
      ...night,
      totalSleep: 5,
      sleepEnd: '2024-05-03 04:40:00 +0200',
      inBedEnd: '2024-05-03 04:40:00 +0200',
    };
    expect(await send(phone, partial)).toMatchObject({ stored: 1 });
    expect(await send(phone, night)).toMatchObject({ updated: 1 });
    const moved = { ...night, totalSleep: 8, sleepStart: '2024-05-02 22:55:00 +0200' };
    expect(await send(phone, moved, moved)).toMatchObject({ received: 2, updated: 1, unchanged: 1 });
    const rows = await nights(phone);
    expect(rows).toMatchObject([{ total_sleep_hours: 8, wake_date: '2024-05-03' }]);
    expect(rows[0]?.sleep_start_at?.toISOString()).toBe('2024-05-02T20:55:00.000Z');
  });

  test('re-sent night inside one body: counted as if sent one after another', async () => {
    const phone = await service.newPhone();
    const grown = {
      ...night,
      totalSleep: 7.75,
      sleepEnd: '2024-05-03 07:25:00 +0200',
      inBedEnd: '2024-05-03 07:25:00 +0200',
    };
    expect(await send(phone, night, grown, grown)).toMatchObject({ received: 3, stored: 1, updated: 1, unchanged: 1 });
    expect(await nights(phone)).toMatchObject([{ total_sleep_hours: 7.75 }]);
  });

  test('the same night of another source is another one', async () => {
    const phone = await service.newPhone();
    expect(await send(phone, night, { ...night, source: 'Ring' })).toMatchObject({ stored: 2 });
  });

  test('wake-day attribution: by the local day of waking up, whatever the date says', async () => {
    const phone = await service.newPhone();
    const { date: _, ...undated } = night;
    await send(phone, { ...undated, date: '2024-05-02 22:50:00 +0200' });
    // West of Greenwich, where the day of UTC is the next one already.
    await send(phone, {
      ...undated,
      date: '2024-05-10',
      sleepStart: '2024-05-09 16:00:00 -0800',
      sleepEnd: '2024-05-09 23:30:00 -0800',
      inBedStart: '2024-05-09 16:00:00 -0800',
      inBedEnd: '2024-05-09 23:30:00 -0800',
    });
    expect((await nights(phone)).map(({ wake_date }) => wake_date)).toEqual(['2024-05-03', '2024-05-09']);
  });

  test('a night over a change of clocks', async () => {
    const phone = await service.newPhone();
    const changed = {
      ...night,
      date: '2024-10-27 00:00:00 +0200',
      sleepStart: '2024-10-26 23:00:00 +0200',
      sleepEnd: '2024-10-27 07:00:00 +0100',
      inBedStart: '2024-10-26 23:00:00 +0200',
      inBedEnd: '2024-10-27 07:00:00 +0100',
    };
    expect(await send(phone, changed)).toMatchObject({ stored: 1 });
    const [row] = await nights(phone);
    expect(row?.wake_date).toBe('2024-10-27');
    expect(row?.ended_at.toISOString()).toBe('2024-10-27T06:00:00.000Z');
  });

  test.each([[24.5], [82.7]])('totals >24 h flagged not lost: %d h', async (totalSleep) => {
    const phone = await service.newPhone();
    expect(await send(phone, { ...night, totalSleep, core: totalSleep })).toMatchObject({ stored: 1, rejected: 0 });
    const [row] = await nights(phone);
    expect(row?.total_sleep_hours).toBe(totalSleep);
    expect(row?.flags).not.toBe(0);
  });
});

describe('segments', () => {
  test('segments with InBed overlap: the same start, both are kept', async () => {
    const phone = await service.newPhone();
    const segments = [
      segment('InBed', '01:00', '07:00'),
      segment('Core', '01:00', '02:00'),
      segment('Core', '01:00', '03:00'),
      segment('Core', '01:00', '02:00', { source: 'Ring' }),
    ];
    expect(await send(phone, ...segments)).toMatchObject({ received: 4, stored: 4 });
    expect(await send(phone, ...segments)).toMatchObject({ received: 4, unchanged: 4 });
  });

  test('aggregate after segments: both are kept', async () => {
    const phone = await service.newPhone();
    expect(await send(phone, segment('Core', '23:10', '23:40'))).toMatchObject({ stored: 1 });
    expect(await send(phone, night)).toMatchObject({ stored: 1 });
    expect(await send(phone, segment('Core', '23:10', '23:40'))).toMatchObject({ unchanged: 1 });
    expect(await storedRows(service, phone.userId, 'sleep_segments')).toHaveLength(1);
    expect(await nights(phone)).toHaveLength(1);
  });
});

describe('a bad one is rejected alone', () => {
  const cases: readonly (readonly [string, unknown, string])[] = [
    ['an end before the start', segment('Core', '02:00', '01:00'), 'end_before_start'],
    ['a segment without an end', segment('Core', '01:00', '02:00', { endDate: null }), 'date_missing'],
    ['a segment with an end in words', segment('Core', '01:00', '02:00', { endDate: 'later' }), 'date_unreadable'],
    ['a segment without a stage', segment('Core', '01:00', '02:00', { value: null }), 'value_missing'],
    [
      'a night that ends before it starts',
      { ...night, sleepStart: night['sleepEnd'], sleepEnd: night['sleepStart'] },
      'end_before_start',
    ],
    ['a night with hours in words', { ...night, totalSleep: 'eight' }, 'value_not_a_number'],
    ['a night with negative hours', { ...night, deep: -1 }, 'value_impossible'],
    ['neither night nor segment', { date: '2024-05-03 00:00:00 +0200', note: 'x' }, 'unknown_shape'],
  ];
  test.each(cases)('%s', async (_name, point, reason) => {
    const phone = await service.newPhone();
    const json = await send(phone, nap, point);
    expect(json).toMatchObject({ received: 2, stored: 1, rejected: 1 });
    expect(json.rejections).toEqual([{ path: '/data/metrics/0/data/1', metric: 'sleep_analysis', reason }]);
  });
});
