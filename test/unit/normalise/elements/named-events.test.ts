import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/catalogue/json';
import { readCycleTracking } from '../../../../src/ingest/normalise/elements/cycle-tracking.element';
import { readSymptom } from '../../../../src/ingest/normalise/elements/symptom.element';
import { detailsOf, readOne } from './read-one';

describe.each([
  ['symptom', 'severity', readSymptom],
  ['cycle_tracking', 'value', readCycleTracking],
])('%s', (kind, valueKey, read) => {
  const idOf = (element: JsonObject): unknown => readOne(read, element).row['id'];
  const sent: JsonObject = {
    start: '2026-05-05 08:00:00 -0300',
    end: '2026-05-05 10:00:00 -0300',
    name: 'Fatiga',
    [valueKey]: 'Mild',
    userEntered: true,
    isCycleStart: false,
    source: 'Salud',
  };

  it('reads name, value and the rest', () => {
    const one = readOne(read, sent);
    expect(one.row).toMatchObject({
      kind,
      name: 'Fatiga',
      value: 'Mild',
      source: 'Salud',
      started_at: Date.UTC(2026, 4, 5, 11),
      ended_at: Date.UTC(2026, 4, 5, 13),
      zone_offset_minutes: -180,
    });
    expect(detailsOf(one)).toEqual({ userEntered: true, isCycleStart: false });
  });

  it('may have no end, and a value that is a number', () => {
    expect(readOne(read, { ...sent, end: null, [valueKey]: 3 }).row).toMatchObject({
      ended_at: null,
      value: '3',
    });
    expect(readOne(read, { start: sent['start'] as string, name: 'x' }).row['value']).toBeNull();
  });

  it('is the same by start, name and source', () => {
    const first = idOf(sent);
    expect(idOf({ ...sent, end: null, [valueKey]: 'Severe' })).toBe(first);
    expect(idOf({ ...sent, name: 'Tos' })).not.toBe(first);
    expect(idOf({ ...sent, source: '' })).not.toBe(first);
    expect(idOf({ ...sent, start: '2026-05-05 08:00:01 -0300' })).not.toBe(first);
  });

  it('keeps a source that is an object, and a value that is one', () => {
    const source = { name: 'Salud', identifier: 'com.apple.Health' };
    const one = readOne(read, { ...sent, source, [valueKey]: { level: 2 } });
    expect(one.row).toMatchObject({ source: 'Salud', value: null });
    expect(detailsOf(one)).toMatchObject({ source, [valueKey]: { level: 2 } });
  });

  it.each<[JsonObject, string]>([
    [{ name: null }, 'name_missing'],
    [{ start: '' }, 'date_missing'],
    [{ start: '2026-05-05 11:00:00 -0300' }, 'end_before_start'],
    [{ name: 'a\0' }, 'text_invalid'],
    [{ source: '\ude00' }, 'text_invalid'],
  ])('%j is %s', (change, reason) => {
    expect(readOne(read, { ...sent, ...change }).reason).toBe(reason);
  });
});
