import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { insertRows } from './insert-row';
import { type OpenQuery, openQuery } from './open-query';
import { readIds, thingId } from './read-ids';

let query: OpenQuery;

beforeAll(async () => {
  query = await openQuery();
});

afterAll(() => query?.close());

describe('events', () => {
  beforeAll(async () => {
    const event = { name: 'Fatiga', source: 'iPhone', started_at: '2026-05-01T06:00:00Z' };
    await insertRows(
      query,
      'health_events',
      query.me,
      {
        ...event,
        id: thingId(1),
        kind: 'symptom',
        value: 'Mild',
        ended_at: '2026-05-01T07:00:00Z',
        details: { userEntered: true },
      },
      { ...event, id: thingId(2), kind: 'medication', started_at: '2026-05-01T05:00:00Z' },
      { ...event, id: thingId(3), kind: 'symptom', started_at: '2026-05-03T05:00:00Z' },
    );
    await insertRows(query, 'health_events', query.other, { ...event, id: thingId(4), kind: 'symptom' });
  });

  test('are of all kinds or of one', async () => {
    expect(await readIds(query, '/v1/events', 'events')).toEqual([thingId(2), thingId(1), thingId(3)]);
    expect(await readIds(query, '/v1/events?kind=symptom', 'events')).toEqual([thingId(1), thingId(3)]);
    expect(await readIds(query, '/v1/events?kind=cycle_tracking', 'events')).toEqual([]);
    expect(await readIds(query, '/v1/events?kind=symptom&to=2026-05-02', 'events')).toEqual([thingId(1)]);
    expect((await query.get('/v1/events?kind=party')).body.code).toBe('query_invalid');
  });

  test('have all that was sent', async () => {
    const { body } = await query.get('/v1/events?kind=symptom&limit=1');
    expect(body.events).toEqual([
      {
        id: thingId(1),
        kind: 'symptom',
        name: 'Fatiga',
        source: 'iPhone',
        startedAt: '2026-05-01T06:00:00.000Z',
        endedAt: '2026-05-01T07:00:00.000Z',
        value: 'Mild',
        details: { userEntered: true },
        zoneOffsetMinutes: 120,
      },
    ]);
  });
});
