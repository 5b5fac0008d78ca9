import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/catalogue/json';
import { readHeartRateNotification } from '../../../../src/ingest/normalise/elements/heart-rate-notification.element';
import { detailsOf, readOne } from './read-one';

const idOf = (element: JsonObject): unknown => readOne(readHeartRateNotification, element).row['id'];

describe('readHeartRateNotification', () => {
  const documented: JsonObject = {
    start: '2026-05-05 03:00:00 +0200',
    end: '2026-05-05 03:10:00 +0200',
    threshold: 40,
    heartRate: [
      {
        hr: 38,
        units: 'bpm',
        timestamp: { start: '2026-05-05 03:00:00 +0200', end: '', interval: { duration: 5, units: 's' } },
      },
    ],
    heartRateVariation: [{ hrv: 0.02 }],
  };
  const real: JsonObject = {
    start: 1_777_942_800.5,
    end: 1_777_943_400.25,
    heartNotification: 'low_heart_rate_notification',
    threshhold: 40,
    heartRateData: [{ date: 1_777_942_800.5, qty: 38 }],
    hrvData: [],
    source: { name: 'Watch', identifier: 'com.apple.health' },
  };

  it('reads the documented form', () => {
    const read = readOne(readHeartRateNotification, documented);
    expect(read.row).toMatchObject({
      kind: 'heart_rate_notification',
      name: 'heart_rate_notification',
      value: '40',
      source: '',
      started_at: Date.UTC(2026, 4, 5, 1),
    });
    const { start: _start, end: _end, ...rest } = documented;
    expect(detailsOf(read)).toEqual(rest);
  });

  it('reads what really comes: epoch dates, a source that is an object, a misspelled threshold', () => {
    const read = readOne(readHeartRateNotification, real);
    expect(read.row).toMatchObject({
      name: 'low_heart_rate_notification',
      value: '40',
      source: 'Watch',
      started_at: 1_777_942_800_500,
      ended_at: 1_777_943_400_250,
      zone_offset_minutes: 120,
    });
    expect(detailsOf(read)).toEqual({
      threshhold: 40,
      heartRateData: real['heartRateData'],
      hrvData: [],
      source: real['source'],
    });
  });

  it('reads a threshold with its unit', () => {
    const sent = { ...documented, threshold: { qty: 120, units: 'bpm' } };
    expect(readOne(readHeartRateNotification, sent).row['value']).toBe('120');
  });

  it('is the same by start, source and type, or threshold', () => {
    expect(idOf({ ...real, threshhold: 45, end: null })).toBe(idOf(real));
    expect(idOf({ ...real, heartNotification: 'irregular' })).not.toBe(idOf(real));
    expect(idOf({ ...real, source: 'Other' })).not.toBe(idOf(real));
    expect(idOf({ ...documented, threshold: 120 })).not.toBe(idOf(documented));
  });

  it.each<[JsonObject, string]>([
    [{ start: 0 }, 'date_unreadable'],
    [{ end: '2026-05-05 02:00:00 +0200' }, 'end_before_start'],
    [{ threshold: 'x\0' }, 'text_invalid'],
    [{ heartRate: ['\ud800'] }, 'text_invalid'],
  ])('%j is %s', (change, reason) => {
    expect(readOne(readHeartRateNotification, { ...documented, ...change }).reason).toBe(reason);
  });
});
