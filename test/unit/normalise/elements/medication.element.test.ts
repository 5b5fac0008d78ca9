import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/catalogue/json';
import { readMedication } from '../../../../src/ingest/normalise/elements/medication.element';
import { detailsOf, readOne } from './read-one';

const idOf = (element: JsonObject): unknown => readOne(readMedication, element).row['id'];

describe('readMedication', () => {
  const sent: JsonObject = {
    displayText: 'Ibuprofen 400 mg',
    nickname: 'Ibu',
    start: '2026-05-05 08:05:00 +0200',
    end: null,
    scheduledDate: '2026-05-05 08:00:00 +0200',
    form: null,
    status: 'Eingenommen',
    isArchived: false,
    dosage: 1,
    scheduledDosage: 1,
    units: 'count',
    codings: [{ code: '5640', system: 'http://www.nlm.nih.gov/research/umls/rxnorm', version: null }],
  };

  it('reads name, status and the rest', () => {
    const read = readOne(readMedication, sent);
    expect(read.row).toMatchObject({
      kind: 'medication',
      name: 'Ibuprofen 400 mg',
      value: 'Eingenommen',
      started_at: Date.UTC(2026, 4, 5, 6, 5),
      ended_at: null,
      zone_offset_minutes: 120,
    });
    const { displayText: _text, start: _start, end: _end, status: _status, ...rest } = sent;
    expect(detailsOf(read)).toEqual(rest);
  });

  it('is the same dose when it is taken at another time than was scheduled', () => {
    const first = idOf(sent);
    expect(idOf({ ...sent, start: '2026-05-05 09:00:00 +0200', status: 'Skipped' })).toBe(first);
    expect(idOf({ ...sent, scheduledDate: '2026-05-05T06:00:00Z' })).toBe(first);
    expect(idOf({ ...sent, scheduledDate: '2026-05-05 20:00:00 +0200' })).not.toBe(first);
    expect(idOf({ ...sent, displayText: 'Aspirin' })).not.toBe(first);
    const unscheduled = { ...sent, scheduledDate: null };
    const later = { ...unscheduled, start: '2026-05-05 09:00:00 +0200' };
    expect(idOf(later)).not.toBe(idOf(unscheduled));
  });

  it('begins when it was scheduled, where no start is sent', () => {
    const { row } = readOne(readMedication, { ...sent, start: null });
    expect(row['started_at']).toBe(Date.UTC(2026, 4, 5, 6));
  });

  it('may be scheduled for any time ahead, but not have been taken then', () => {
    const ahead = '2026-07-01 08:00:00 +0200';
    expect(readOne(readMedication, { ...sent, scheduledDate: ahead }).reason).toBeNull();
    expect(readOne(readMedication, { ...sent, start: ahead }).reason).toBe('date_in_future');
  });

  it.each<[JsonObject, string]>([
    [{ displayText: null }, 'name_missing'],
    [{ displayText: '  ' }, 'name_missing'],
    [{ displayText: { text: 'Ibuprofen' } }, 'name_missing'],
    [{ displayText: 'x'.repeat(501) }, 'text_too_long'],
    [{ scheduledDate: 'soon' }, 'date_unreadable'],
    [{ start: null, scheduledDate: null }, 'date_missing'],
    [{ codings: [{ code: '\ud83d' }] }, 'text_invalid'],
  ])('%j is %s', (change, reason) => {
    expect(readOne(readMedication, { ...sent, ...change }).reason).toBe(reason);
  });
});
