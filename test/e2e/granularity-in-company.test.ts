import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { oneMetric } from '../support/health-export';
import type { Phone } from '../support/phone';
import { type Service, startService } from '../support/service';

const at = (time: string, qty: number) => ({ date: `2026-03-03 ${time} +0000`, qty, source: 'Watch' });
const steps = (...samples: readonly (readonly [string, number])[]) =>
  oneMetric('step_count', 'count', ...samples.map(([time, qty]) => at(time, qty)));

/** No header says what these samples cover, so it has to be inferred; sent again in other company they are the same. */
describe('samples without a named aggregation, sent again in other company', () => {
  let service: Service;
  let phone: Phone;

  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.stop());
  beforeEach(async () => {
    phone = await service.newPhone();
  });

  const rows = () =>
    service.sql<{ time: string; granularity: number; value: number }>(
      `SELECT to_char(recorded_at AT TIME ZONE 'UTC', 'HH24:MI:SS') AS time, granularity, value
         FROM quantity_metrics WHERE user_id = $1 ORDER BY recorded_at, granularity`,
      [phone.userId],
    );

  it('keeps an identical one, whatever it is sent with', async () => {
    await phone.post(steps(['10:00:00', 5], ['10:01:00', 6], ['10:02:00', 7]));
    expect((await phone.post(steps(['10:00:00', 5]))).json).toMatchObject({ unchanged: 1, stored: 0 });
    const grown = await phone.post(steps(['10:00:00', 5], ['10:01:00', 6], ['10:02:00', 7], ['10:02:30', 8]));
    expect(grown.json).toMatchObject({ unchanged: 3, stored: 1 });
    expect(await rows()).toHaveLength(4);
  });

  it('corrects a single one', async () => {
    await phone.post(steps(['09:59:00', 5], ['10:00:00', 6], ['10:01:00', 7]));
    expect((await phone.post(steps(['10:00:00', 9]))).json).toMatchObject({ updated: 1, stored: 0 });
    expect(await rows()).toEqual([
      { time: '09:59:00', granularity: 1, value: 5 },
      { time: '10:00:00', granularity: 1, value: 9 },
      { time: '10:01:00', granularity: 1, value: 7 },
    ]);
  });

  it('keeps a lone total of a day beside the minute at its midnight', async () => {
    await phone.post(steps(['00:00:00', 5], ['00:01:00', 6], ['00:02:00', 7]));
    expect((await phone.post(steps(['00:00:00', 5000]))).json).toMatchObject({ stored: 1, updated: 0 });
    expect((await phone.post(steps(['00:00:00', 5100]))).json).toMatchObject({ stored: 0, updated: 1 });
    expect((await rows()).slice(0, 2)).toEqual([
      { time: '00:00:00', granularity: 1, value: 5 },
      { time: '00:00:00', granularity: 3, value: 5100 },
    ]);
  });

  it('keeps the hours of one automation beside the minutes of another', async () => {
    await phone.post(steps(['10:00:00', 5], ['10:01:00', 6], ['10:02:00', 7]));
    const hours = await phone.post(steps(['09:00:00', 500], ['10:00:00', 600], ['11:00:00', 700]));
    expect(hours.json).toMatchObject({ stored: 3, updated: 0 });
    expect((await rows()).filter(({ time }) => time === '10:00:00')).toEqual([
      { time: '10:00:00', granularity: 1, value: 5 },
      { time: '10:00:00', granularity: 2, value: 600 },
    ]);
  });

  describe('where the stored total was named', () => {
    const hours = { 'automation-aggregation': 'Hours' };
    beforeEach(async () => {
      await phone.post(steps(['10:00:00', 600], ['11:00:00', 700]), hours);
    });

    it('keeps a lone reading at a full hour beside the total of the hour', async () => {
      for (const outcome of ['stored', 'unchanged'] as const) {
        expect((await phone.post(steps(['10:00:00', 5]))).json).toMatchObject({ received: 1, [outcome]: 1 });
      }
      expect((await phone.post(steps(['10:00:00', 6]))).json).toMatchObject({ updated: 1 });
      expect((await rows()).slice(0, 2)).toEqual([
        { time: '10:00:00', granularity: 0, value: 6 },
        { time: '10:00:00', granularity: 2, value: 600 },
      ]);
    });

    it('keeps a lone reading of another minute beside it, too', async () => {
      await phone.post(steps(['12:30:00', 50]), { 'automation-aggregation': 'Minutes' });
      expect((await phone.post(steps(['12:30:00', 7], ['12:30:20', 8]))).json).toMatchObject({ stored: 2 });
      expect((await rows()).slice(2)).toEqual([
        { time: '12:30:00', granularity: 0, value: 7 },
        { time: '12:30:00', granularity: 1, value: 50 },
        { time: '12:30:20', granularity: 0, value: 8 },
      ]);
    });

    it('takes the same total for the same, with the header and without, again and again', async () => {
      const both = [['10:00:00', 600] as const, ['11:00:00', 700] as const];
      for (const headers of [{}, hours, {}, hours]) {
        expect((await phone.post(steps(...both), headers)).json).toMatchObject({ unchanged: 2 });
      }
      expect((await phone.post(steps(['10:00:00', 600]))).json).toMatchObject({ unchanged: 1 });
    });

    it('corrects it by a block that is sure to be of hours', async () => {
      const block = steps(['10:00:00', 610], ['11:00:00', 700], ['12:00:00', 800]);
      expect((await phone.post(block)).json).toMatchObject({ updated: 1, unchanged: 1, stored: 1 });
      // Still named: what was corrected is not up for being replaced by a lone reading.
      expect((await phone.post(steps(['10:00:00', 5]))).json).toMatchObject({ stored: 1 });
    });
  });

  it('notes once that what was inferred has been named', async () => {
    const body = steps(['10:00:00', 5]);
    await phone.post(body);
    const hours = { 'automation-aggregation': 'Hours' };
    expect((await phone.post(body, hours)).json).toMatchObject({ updated: 1 });
    for (const headers of [hours, {}]) expect((await phone.post(body, headers)).json).toMatchObject({ unchanged: 1 });
    expect((await phone.post(steps(['10:00:00', 6]))).json).toMatchObject({ stored: 1 });
  });

  it('goes by the header where there is one', async () => {
    await phone.post(steps(['10:00:00', 5]), { 'automation-aggregation': 'Minutes' });
    const hour = await phone.post(steps(['10:00:00', 5]), { 'automation-aggregation': 'Hours' });
    expect(hour.json).toMatchObject({ stored: 1, unchanged: 0 });
  });

  it('does the same for heart rate and blood pressure', async () => {
    const rate = (time: string, value: number) => ({ ...at(time, 0), Min: value, Avg: value, Max: value });
    const pressure = (time: string, systolic: number) => ({ ...at(time, 0), systolic, diastolic: 80 });
    const times = ['10:00:00', '10:01:00', '10:02:00'];
    await phone.post(oneMetric('heart_rate', 'count/min', ...times.map((time) => rate(time, 60))));
    await phone.post(oneMetric('blood_pressure', 'mmHg', ...times.map((time) => pressure(time, 120))));
    const again = await phone.post(oneMetric('heart_rate', 'count/min', rate('10:00:00', 61)));
    expect(again.json).toMatchObject({ updated: 1 });
    const same = await phone.post(oneMetric('blood_pressure', 'mmHg', pressure('10:00:00', 120)));
    expect(same.json).toMatchObject({ unchanged: 1 });
  });
});
