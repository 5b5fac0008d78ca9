import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { insertRows } from './insert-row';
import { type OpenQuery, openQuery } from './open-query';
import { readIds, thingId } from './read-ids';

let query: OpenQuery;

beforeAll(async () => {
  query = await openQuery();
});

afterAll(() => query?.close());

describe('sleep', () => {
  const night = { source: 'Watch', wake_date: '2026-05-02' };

  beforeAll(async () => {
    await insertRows(
      query,
      'sleep_metrics',
      query.me,
      {
        ...night,
        id: thingId(1),
        started_at: '2026-05-01T20:00:00Z',
        ended_at: '2026-05-02T04:30:00Z',
        sleep_start_at: '2026-05-01T20:30:00Z',
        sleep_end_at: '2026-05-02T04:00:00Z',
        in_bed_start_at: '2026-05-01T20:00:00Z',
        in_bed_end_at: '2026-05-02T04:30:00Z',
        total_sleep_hours: 7.1,
        asleep_hours: 0,
        core_hours: 4,
        deep_hours: 1.1,
        rem_hours: 2,
        awake_hours: 0.4,
        in_bed_hours: 8.5,
      },
      {
        ...night,
        id: thingId(2),
        started_at: '2026-05-02T12:00:00Z',
        ended_at: '2026-05-02T12:30:00Z',
        total_sleep_hours: 82,
        flags: 1,
      },
      {
        ...night,
        id: thingId(3),
        wake_date: '2026-05-03',
        started_at: '2026-05-02T20:00:00Z',
        ended_at: '2026-05-03T04:00:00Z',
      },
    );
    await insertRows(query, 'sleep_metrics', query.other, {
      ...night,
      id: thingId(4),
      started_at: '2026-05-02T20:00:00Z',
      ended_at: '2026-05-03T04:00:00Z',
    });
    const segment = { recorded_at: '2026-05-01T20:30:00Z', source: 'Watch' };
    await insertRows(
      query,
      'sleep_segments',
      query.me,
      { ...segment, stage: 'core', ended_at: '2026-05-01T21:00:00Z' },
      { ...segment, stage: 'in_bed', ended_at: '2026-05-02T04:30:00Z' },
      { ...segment, stage: 'core', ended_at: '2026-05-01T21:30:00.5Z', flags: 1 },
      { ...segment, recorded_at: '2026-05-02T20:30:00Z', stage: 'rem', ended_at: '2026-05-02T21:00:00Z' },
    );
  });

  test('has nights and naps with all that was sent', async () => {
    const { status, body } = await query.get('/v1/sleep?from=2026-05-02&to=2026-05-03');
    expect(status).toBe(200);
    expect(body).toEqual({
      nights: [
        {
          id: thingId(1),
          wakeDate: '2026-05-02',
          source: 'Watch',
          startedAt: '2026-05-01T20:00:00.000Z',
          endedAt: '2026-05-02T04:30:00.000Z',
          sleepStartAt: '2026-05-01T20:30:00.000Z',
          sleepEndAt: '2026-05-02T04:00:00.000Z',
          inBedStartAt: '2026-05-01T20:00:00.000Z',
          inBedEndAt: '2026-05-02T04:30:00.000Z',
          totalSleepHours: 7.1,
          asleepHours: 0,
          coreHours: 4,
          deepHours: 1.1,
          remHours: 2,
          awakeHours: 0.4,
          inBedHours: 8.5,
          zoneOffsetMinutes: 120,
        },
        expect.objectContaining({
          id: thingId(2),
          totalSleepHours: 82,
          coreHours: null,
          sleepStartAt: null,
          odd: true,
        }),
      ],
      nextCursor: null,
    });
  });

  test('is paged', async () => {
    expect(await readIds(query, '/v1/sleep', 'nights')).toEqual([thingId(1), thingId(2), thingId(3)]);
    expect(await readIds(query, '/v1/sleep?order=desc', 'nights')).toEqual([thingId(3), thingId(2), thingId(1)]);
    expect(await readIds(query, '/v1/sleep/segments', 'segments', 'endedAt')).toEqual([
      '2026-05-01T21:00:00.000Z',
      '2026-05-01T21:30:00.500Z',
      '2026-05-02T04:30:00.000Z',
      '2026-05-02T21:00:00.000Z',
    ]);
  });

  test('has segments', async () => {
    const { body } = await query.get('/v1/sleep/segments?from=2026-05-01T20:30:00Z&to=2026-05-01T20:30:01Z');
    expect(body.segments).toHaveLength(3);
    expect(body.segments[1]).toEqual({
      startedAt: '2026-05-01T20:30:00.000Z',
      endedAt: '2026-05-01T21:30:00.500Z',
      stage: 'core',
      source: 'Watch',
      zoneOffsetMinutes: 120,
      odd: true,
    });
  });
});
