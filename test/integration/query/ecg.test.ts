import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeColumnBlock } from '../../../src/catalogue/column-block';
import { insertRows } from './insert-row';
import { type OpenQuery, openQuery } from './open-query';
import { readIds, thingId } from './read-ids';

let query: OpenQuery;

beforeAll(async () => {
  query = await openQuery();
});

afterAll(() => query?.close());

describe('electrocardiograms', () => {
  const startedAt = '2026-05-01T06:00:00.000Z';
  const atMs = Date.parse(startedAt);

  beforeAll(async () => {
    const recording = { source: 'Watch', started_at: startedAt };
    await insertRows(
      query,
      'ecg_recordings',
      query.me,
      {
        ...recording,
        id: thingId(1),
        ended_at: '2026-05-01T06:00:30Z',
        classification: 'Sinus Rhythm',
        average_heart_rate: 61,
        sampling_hz: 512.6,
        voltage_count: 2,
        voltages: encodeColumnBlock({
          rows: 2,
          columns: { at_ms: [atMs, atMs + 1.951], voltage: [12.5, -3], units: ['mcV', 'mcV'] },
        }),
      },
      { ...recording, id: thingId(2), started_at: '2026-05-02T06:00:00Z' },
    );
    await insertRows(query, 'ecg_recordings', query.other, { ...recording, id: thingId(3) });
  });

  test('are listed without their voltages', async () => {
    expect(await readIds(query, '/v1/ecg', 'ecg')).toEqual([thingId(1), thingId(2)]);
    expect((await query.get('/v1/ecg?limit=1')).body.ecg[0]).not.toHaveProperty('voltages');
  });

  test('have voltages', async () => {
    expect((await query.get(`/v1/ecg/${thingId(1)}`)).body).toEqual({
      id: thingId(1),
      source: 'Watch',
      startedAt,
      endedAt: '2026-05-01T06:00:30.000Z',
      classification: 'Sinus Rhythm',
      severity: null,
      averageHeartRate: 61,
      samplingHz: 512.6,
      voltageCount: 2,
      zoneOffsetMinutes: 120,
      details: {},
      voltages: { unit: 'mcV', values: [12.5, -3], offsetsMs: [0, 1.951], columns: {} },
    });
    expect((await query.get(`/v1/ecg/${thingId(2)}`)).body.voltages).toBeNull();
  });

  test('of somebody else are as unknown as those of nobody', async () => {
    expect((await query.get(`/v1/ecg/${thingId(3)}`, query.other)).status).toBe(200);
    const theirs = await query.get(`/v1/ecg/${thingId(3)}`);
    const nobodys = await query.get(`/v1/ecg/${thingId(99)}`);
    expect(theirs).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect({ ...theirs.body, requestId: '' }).toEqual({ ...nobodys.body, requestId: '' });
  });
});
