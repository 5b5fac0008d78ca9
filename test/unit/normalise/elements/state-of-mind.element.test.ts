import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/catalogue/json';
import { readStateOfMind } from '../../../../src/ingest/normalise/elements/state-of-mind.element';
import { detailsOf, readOne } from './read-one';

const idOf = (element: JsonObject): unknown => readOne(readStateOfMind, element).row['id'];

const start = '2026-05-05T02:35:56Z';
const startAt = Date.UTC(2026, 4, 5, 2, 35, 56);

describe('readStateOfMind', () => {
  const sent: JsonObject = {
    id: 'B8D0C9F4-2F0A-4B7E-9A35-0C1D2E3F4A5B',
    start,
    end: start,
    kind: 'momentary_emotion',
    labels: ['Calm', 'Zufrieden'],
    associations: ['Work'],
    valence: -0.25,
    valenceClassification: 'slightly_unpleasant',
    metadata: { HKWasUserEntered: '1' },
  };

  it('reads kind, class and the rest', () => {
    const read = readOne(readStateOfMind, sent);
    expect(read.row).toMatchObject({
      kind: 'state_of_mind',
      name: 'momentary_emotion',
      value: 'slightly_unpleasant',
      source: '',
      started_at: startAt,
      ended_at: startAt,
      zone_offset_minutes: 0,
      flags: 0,
    });
    const { start: _start, end: _end, kind: _kind, ...rest } = sent;
    expect(detailsOf(read)).toEqual(rest);
  });

  it.each<[JsonObject, JsonObject]>([
    [{ kind: 'dailyMood' }, { name: 'daily_mood' }],
    [{ kind: 'daily_mood' }, { name: 'daily_mood' }],
    [{ kind: null }, { name: 'state_of_mind' }],
    [{ valenceClassification: 1 }, { value: 'very_unpleasant' }],
    [{ valenceClassification: 7 }, { value: 'very_pleasant' }],
    [{ valenceClassification: 8 }, { value: '8' }],
    [{ valenceClassification: 'veryPleasant' }, { value: 'very_pleasant' }],
    [{ valenceClassification: null }, { value: null }],
    [{ end: null }, { ended_at: null }],
    [{ valence: null }, { value: 'slightly_unpleasant' }],
    [{ valence: -1 }, { flags: 0 }],
  ])('%j reads as %j', (change, cells) => {
    expect(readOne(readStateOfMind, { ...sent, ...change }).row).toMatchObject(cells);
  });

  it('is the same by its id, else by start and kind', () => {
    const { id, ...withoutId } = sent;
    expect(idOf({ ...sent, start: '2026-05-06T00:00:00Z', end: null })).toBe(idOf(sent));
    expect(idOf({ ...sent, id: String(id).toLowerCase() })).toBe(idOf(sent));
    expect(idOf(withoutId)).not.toBe(idOf(sent));
    expect(idOf({ ...withoutId, valence: 1 })).toBe(idOf(withoutId));
    expect(idOf({ ...withoutId, kind: 'daily_mood' })).not.toBe(idOf(withoutId));
  });

  it.each<[JsonObject, string]>([
    [{ valence: 1.01 }, 'value_impossible'],
    [{ valence: '0.5' }, 'value_not_a_number'],
    [{ start: null }, 'date_missing'],
    [{ start: 'yesterday' }, 'date_unreadable'],
    [{ end: '2026-05-05T02:35:55Z' }, 'end_before_start'],
    [{ labels: ['\0'] }, 'text_invalid'],
    [JSON.parse('{"metadata":{"a":1e400}}'), 'value_not_a_number'],
  ])('%j is %s', (change, reason) => {
    expect(readOne(readStateOfMind, { ...sent, ...change }).reason).toBe(reason);
  });
});
