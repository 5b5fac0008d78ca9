import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { metric, metricsBody, oneMetric } from '../../support/health-export';
import type { Phone } from '../../support/phone';
import { type Service, startService } from '../../support/service';
import { storedRows } from '../../support/stored-rows';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

/** What is stored in the column `granularity`; the numbers are in every row ever written, so they never change. */
const granularityCodes = { raw: 0, minute: 1, hour: 2, day: 3, week: 4, month: 5, year: 6 };
type Span = keyof typeof granularityCodes;

const steps = (date: string, qty: number, more: object = {}): unknown => ({ date, qty, source: 'iPhone', ...more });
const pad = (n: number): string => String(n).padStart(2, '0');
const days = Array.from({ length: 3 }, (_, n) => steps(`2024-05-${pad(n + 1)} 00:00:00 +0200`, 9000 + n));
const hours = Array.from({ length: 24 }, (_, n) => steps(`2024-05-01 ${pad(n)}:00:00 +0200`, 300 + n));
const minutes = Array.from({ length: 60 }, (_, n) => steps(`2024-05-01 00:${pad(n)}:00 +0200`, 5 + n));
const readings = Array.from({ length: 5 }, (_, n) => steps(`2024-05-01 00:00:${pad(n * 7)} +0200`, 1 + n));

/** How many rows the phone's user has, by granularity. */
async function rowsBySpan(phone: Phone): Promise<Partial<Record<Span, number>>> {
  const counts: Partial<Record<Span, number>> = {};
  for (const row of await storedRows(service, phone.userId, 'quantity_metrics')) {
    const [span = 'raw'] = Object.entries(granularityCodes).find(([, code]) => code === row.granularity) ?? [];
    counts[span as Span] = (counts[span as Span] ?? 0) + 1;
  }
  return counts;
}

const automations: readonly (readonly [string, readonly unknown[], string])[] = [
  ['days', days, 'Days'],
  ['hours', hours, 'Hours'],
  ['minutes', minutes, 'Minutes'],
  ['raw', readings, 'Default'],
];
const inEveryOrder = [
  [0, 1, 2, 3],
  [3, 2, 1, 0],
  [2, 0, 3, 1],
];

describe('day, hour, minute and raw automations of one phone: none overwrites another', () => {
  for (const order of inEveryOrder) {
    const names = order.map((n) => automations[n]?.[0]).join(', ');
    test.each([['with the header'], ['without the header']])(`%s, in the order ${names}`, async (title) => {
      const phone = await service.newPhone();
      const send = async (points: readonly unknown[], header: string) =>
        (
          await phone.post(
            oneMetric('step_count', 'count', ...points),
            title === 'with the header' ? { 'automation-aggregation': header } : {},
          )
        ).json;
      for (const n of order) {
        const [, points = [], header = ''] = automations[n] ?? [];
        expect(await send(points, header)).toMatchObject({ received: points.length, stored: points.length });
      }
      expect(await rowsBySpan(phone)).toEqual({ day: 3, hour: 24, minute: 60, raw: 5 });
      for (const [, points, header] of automations) {
        expect(await send(points, header)).toMatchObject({ received: points.length, unchanged: points.length });
      }
    });
  }

  test('change of setting in mid-month: days until the 15th, hours from then on, minutes at the end', async () => {
    const phone = await service.newPhone();
    const midnight = (n: number): unknown => steps(`2024-05-${pad(n)} 00:00:00 +0200`, 9000 + n);
    const hoursOf = (n: number): unknown[] =>
      Array.from({ length: 24 }, (_, h) => steps(`2024-05-${pad(n)} ${pad(h)}:00:00 +0200`, h));
    const send = async (...points: unknown[]) => (await phone.post(oneMetric('step_count', 'count', ...points))).json;
    for (let n = 2; n <= 15; n++) {
      // Each send has yesterday and today.
      expect((await send(midnight(n - 1), midnight(n))).stored).toBe(n === 2 ? 2 : 1);
    }
    expect(await send(...hoursOf(15), ...hoursOf(16))).toMatchObject({ stored: 48, updated: 0, unchanged: 0 });
    expect(await send(...hoursOf(16), ...hoursOf(17))).toMatchObject({ stored: 24, updated: 0, unchanged: 24 });
    expect(await send(...minutes)).toMatchObject({ stored: 60 });
    expect(await rowsBySpan(phone)).toEqual({ day: 15, hour: 72, minute: 60 });
  });

  test('one lone midnight after a change of setting is a day without the header and an hour with it', async () => {
    const phone = await service.newPhone();
    const body = oneMetric('step_count', 'count', steps('2024-05-01 00:00:00 +0200', 100));
    expect((await phone.post(body)).json).toMatchObject({ stored: 1 });
    expect((await phone.post(body, { 'automation-aggregation': 'Hours' })).json).toMatchObject({ stored: 1 });
    expect((await phone.post(body, { 'automation-aggregation': 'hourly' })).json).toMatchObject({ unchanged: 1 });
    expect(await rowsBySpan(phone)).toEqual({ day: 1, hour: 1 });
  });
});

describe('how the granularity is found', () => {
  const words: readonly (readonly [string, Span])[] = [
    ['Days', 'day'],
    ['daily', 'day'],
    ['DAY', 'day'],
    ['Hours', 'hour'],
    ['hourly', 'hour'],
    ['Minutes', 'minute'],
    ['minute', 'minute'],
    ['Weeks', 'week'],
    ['Months', 'month'],
    ['Years', 'year'],
    ['  Hours ', 'hour'],
  ];
  test.each(words)('the header automation-aggregation: %s', async (header, span) => {
    const phone = await service.newPhone();
    const body = oneMetric('step_count', 'count', steps('2024-01-01 00:00:00 +0100', 1));
    await phone.post(body, { 'automation-aggregation': header });
    expect(await rowsBySpan(phone)).toEqual({ [span]: 1 });
  });

  test.each([['Default'], [''], ['Tage'], ['none'], ['\u0000'.replace('\0', 'x')]])(
    'the header %j names nothing',
    async (header) => {
      const phone = await service.newPhone();
      await phone.post(oneMetric('step_count', 'count', ...hours), { 'automation-aggregation': header });
      expect(await rowsBySpan(phone)).toEqual({ hour: 24 });
    },
  );

  test('a sample off the boundary of the header is as it was measured', async () => {
    const phone = await service.newPhone();
    const body = oneMetric(
      'weight_body_mass',
      'kg',
      steps('2024-05-01 00:00:00 +0200', 80),
      steps('2024-05-02 07:13:25 +0200', 81),
    );
    await phone.post(body, { 'automation-aggregation': 'Days' });
    expect(await rowsBySpan(phone)).toEqual({ day: 1, raw: 1 });
  });

  const spans: readonly (readonly [string, string, Span])[] = [
    ['2024-05-01 00:00:00 +0200', '2024-05-02 00:00:00 +0200', 'day'],
    ['2024-05-01 00:00:00 +0200', '2024-05-01 23:59:59 +0200', 'day'],
    ['2024-10-27 00:00:00 +0200', '2024-10-28 00:00:00 +0100', 'day'],
    ['2024-05-01 13:00:00 +0200', '2024-05-01 14:00:00 +0200', 'hour'],
    ['2024-05-01 13:07:00 +0200', '2024-05-01 13:08:00 +0200', 'minute'],
    ['2024-05-01 13:07:30 +0200', '2024-05-01 13:08:30 +0200', 'raw'],
    ['2024-05-01 13:00:00 +0200', '2024-05-01 13:00:00 +0200', 'raw'],
    ['2024-05-01 00:00:00 +0200', '2024-06-01 00:00:00 +0200', 'month'],
  ];
  test.each(spans)('its own start %s and end %s before the header: %s', async (start, end, span) => {
    const phone = await service.newPhone();
    const body = oneMetric('step_count', 'count', steps(start, 1, { start, end }));
    expect((await phone.post(body, { 'automation-aggregation': 'Weeks' })).json).toMatchObject({ stored: 1 });
    expect(await rowsBySpan(phone)).toEqual({ [span]: 1 });
  });

  test('by the local time of each sample, also across a change of clocks', async () => {
    const phone = await service.newPhone();
    const points = ['2024-10-26 00:00:00 +0200', '2024-10-27 00:00:00 +0200', '2024-10-28 00:00:00 +0100'];
    await phone.post(oneMetric('step_count', 'count', ...points.map((date, n) => steps(date, n))));
    expect(await rowsBySpan(phone)).toEqual({ day: 3 });
  });

  test('for each metric of a body on its own, and for its blocks together', async () => {
    const phone = await service.newPhone();
    const blocks = [
      metric('step_count', 'count', days),
      metric('flights_climbed', 'count', hours),
      metric('push_count', 'count', days.slice(0, 1)),
      metric('push_count', 'count', hours.slice(1)),
    ];
    expect((await phone.post(metricsBody(...blocks))).json).toMatchObject({ stored: 3 + 24 + 24 });
    expect(await rowsBySpan(phone)).toEqual({ day: 3, hour: 48 });
  });

  test('heart rate and blood pressure have it too', async () => {
    const phone = await service.newPhone();
    const dates = ['2024-05-01 00:00:00 +0200', '2024-05-02 00:00:00 +0200'];
    const body = metricsBody(
      metric(
        'heart_rate',
        'bpm',
        dates.map((date) => steps(date, 60)),
      ),
      metric(
        'blood_pressure',
        'mmHg',
        dates.map((date) => ({ date, systolic: 120, diastolic: 80 })),
      ),
    );
    for (const header of ['Days', 'Hours']) {
      expect((await phone.post(body, { 'automation-aggregation': header })).json).toMatchObject({ stored: 4 });
    }
    for (const table of ['heart_rate_metrics', 'blood_pressure_metrics'] as const) {
      const rows = await storedRows(service, phone.userId, table);
      expect(rows.map(({ granularity }) => granularity)).toEqual([2, 3, 2, 3]);
    }
  });
});
