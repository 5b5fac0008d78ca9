import { describe, expect, it } from 'vitest';
import { decodeColumnBlock } from '../../../../src/catalogue/column-block';
import type { JsonObject } from '../../../../src/catalogue/json';
import { readEcg } from '../../../../src/ingest/normalise/elements/ecg.element';
import { detailsOf, readOne } from './read-one';

const startS = 1_777_942_800;
const voltages = Array.from({ length: 1_000 }, (_, i) => ({
  date: startS + i / 512.6,
  voltage: Math.sin(i / 40) * 300 + 0.1,
  units: 'mcV',
}));

const sent: JsonObject = {
  start: '2026-05-05 03:00:00 +0200',
  end: '2026-05-05 03:00:30 +0200',
  classification: 'Sinus Rhythm',
  averageHeartRate: 61.5,
  numberOfVoltageMeasurements: voltages.length,
  samplingFrequency: 512.6,
  voltageMeasurements: voltages,
  source: 'ECG',
};

const read = (change: JsonObject = {}) => readOne(readEcg, { ...sent, ...change });

describe('readEcg', () => {
  it('reads the recording with its voltages', () => {
    const one = read();
    expect(one.row).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5/),
      source: 'ECG',
      started_at: Date.UTC(2026, 4, 5, 1),
      ended_at: Date.UTC(2026, 4, 5, 1, 0, 30),
      classification: 'Sinus Rhythm',
      severity: null,
      average_heart_rate: 61.5,
      sampling_hz: 512.6,
      voltage_count: 1_000,
      zone_offset_minutes: 120,
      flags: 0,
    });
    expect(detailsOf(one)).toEqual({
      averageHeartRate: 61.5,
      numberOfVoltageMeasurements: 1_000,
      samplingFrequency: 512.6,
    });
  });

  it('keeps every voltage exactly, and its instant to the microsecond', () => {
    const { rows, columns } = decodeColumnBlock(read().row['voltages'] as Buffer);
    expect(rows).toBe(1_000);
    expect(columns['voltage']).toEqual(voltages.map(({ voltage }) => voltage));
    expect(columns['units']).toEqual(voltages.map(() => 'mcV'));
    for (const [i, atMs] of columns['at_ms']?.entries() ?? []) {
      expect(Math.abs(Number(atMs) - (startS * 1_000 + (i * 1_000) / 512.6))).toBeLessThan(0.001);
    }
  });

  it('reads the date texts of the documentation', () => {
    const voltageMeasurements = [{ date: '2026-05-05 03:00:00 +0200', voltage: 1, units: 'mcV' }];
    const { row } = read({ voltageMeasurements, numberOfVoltageMeasurements: 1 });
    expect(decodeColumnBlock(row['voltages'] as Buffer).columns['at_ms']).toEqual([Date.UTC(2026, 4, 5, 1)]);
    expect(row['flags']).toBe(0);
  });

  it('is the same by start and source', () => {
    expect(read({ classification: 'Inconclusive', voltageMeasurements: [], end: null }).row['id']).toBe(
      read().row['id'],
    );
    expect(read({ source: 'Watch' }).row['id']).not.toBe(read().row['id']);
    expect(read({ start: '2026-05-05 03:00:01 +0200' }).row['id']).not.toBe(read().row['id']);
  });

  it.each<[string, JsonObject, JsonObject]>([
    [
      'another number of voltages than announced',
      { numberOfVoltageMeasurements: 15_379 },
      { voltage_count: 1_000, flags: 1 },
    ],
    ['no number of voltages', { numberOfVoltageMeasurements: null }, { voltage_count: 1_000, flags: 0 }],
    [
      'no voltages',
      { voltageMeasurements: null, numberOfVoltageMeasurements: 0 },
      { voltage_count: 0, voltages: null, flags: 0 },
    ],
    [
      'rates with their units',
      { averageHeartRate: { qty: 61, units: 'bpm' }, samplingFrequency: { qty: 512, units: 'Hz' } },
      { average_heart_rate: 61, sampling_hz: 512, flags: 0 },
    ],
    ['a heart rate that is none', { averageHeartRate: 'normal' }, { average_heart_rate: null, flags: 1 }],
    ['an impossible heart rate', { averageHeartRate: 0 }, { average_heart_rate: null, flags: 1 }],
    ['a sampling rate of 0', { samplingFrequency: 0 }, { sampling_hz: null, flags: 1 }],
    ['a severity', { severity: 'None' }, { severity: 'None' }],
    ['no end', { end: null }, { ended_at: null }],
  ])('reads %s', (_title, change, cells) => {
    expect(read(change).row).toMatchObject(cells);
  });

  it('counts voltages with an unreadable date, and keeps them', () => {
    const voltageMeasurements = [{ date: 'x', voltage: 1 }, { voltage: 2 }, voltages[0] as JsonObject];
    const one = read({ voltageMeasurements, numberOfVoltageMeasurements: 3 });
    expect(detailsOf(one)['unreadableVoltages']).toBe(2);
    expect(decodeColumnBlock(one.row['voltages'] as Buffer).columns['at_ms']).toEqual([null, null, startS * 1_000]);
  });

  it.each<[string, JsonObject, string]>([
    ['voltages that are no array', { voltageMeasurements: {} }, 'series_malformed'],
    [
      'a voltage that is a text',
      { voltageMeasurements: [...voltages, { date: startS, voltage: '5' }] },
      'series_malformed',
    ],
    ['a voltage that is null', { voltageMeasurements: [{ date: startS, voltage: null }] }, 'series_malformed'],
    ['a voltage that is missing', { voltageMeasurements: [...voltages, { date: startS }] }, 'series_malformed'],
    ['a voltage that is infinite', JSON.parse('{"voltageMeasurements":[{"voltage":1e400}]}'), 'series_malformed'],
    ['an element that is no object', { voltageMeasurements: [1, 2] }, 'series_malformed'],
    ['too many voltages', { voltageMeasurements: Array(1_000_001).fill(null) }, 'series_malformed'],
    ['no start', { start: null }, 'date_missing'],
    ['an unreadable end', { end: 'later' }, 'date_unreadable'],
    ['an end before the start', { end: '2026-05-05 02:59:59 +0200' }, 'end_before_start'],
    ['a NUL', { classification: '\0' }, 'text_invalid'],
  ])('rejects %s', (_title, change, reason) => {
    expect(read(change).reason).toBe(reason);
  });
});
