import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { oneArray, oneMetric } from '../../support/health-export';
import { type Service, startService } from '../../support/service';
import { storedRows } from '../../support/stored-rows';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const rate = (date: unknown, qty = 70): unknown => ({ date, qty, source: 'Watch' });

/** What is stored of samples with these dates, sent in one block by a user in this zone. */
async function storedInstants(timeZone: string, dates: readonly unknown[]): Promise<(string | number)[][]> {
  const phone = await service.newPhone({ timeZone });
  const { json } = await phone.post(oneMetric('heart_rate', 'count/min', ...dates.map((date) => rate(date))));
  expect(json).toMatchObject({ stored: dates.length, rejected: 0 });
  const rows = await storedRows(service, phone.userId, 'heart_rate_metrics');
  return rows.map((row) => [row.recorded_at.toISOString(), row.zone_offset_minutes]);
}

describe('all forms', () => {
  const forms: readonly (readonly [string, unknown, string, number])[] = [
    ['default', '2024-02-06 14:30:00 -0800', '2024-02-06T22:30:00.000Z', -480],
    ['half-hour zone', '2024-02-06 14:30:00 +0530', '2024-02-06T09:00:00.000Z', 330],
    ['AM/PM', '2024-02-06 2:30:00 PM -0800', '2024-02-06T22:30:00.000Z', -480],
    ['lower-case pm', '2024-02-06 2:30:00 pm -0800', '2024-02-06T22:30:00.000Z', -480],
    ['U+202F before PM', '2024-02-06 2:30:00\u202FPM -0800', '2024-02-06T22:30:00.000Z', -480],
    ['U+00A0 before pm', '2024-02-06 2:30:00\u00A0pm -0800', '2024-02-06T22:30:00.000Z', -480],
    ['12 AM', '2024-02-06 12:05:00 AM +0100', '2024-02-05T23:05:00.000Z', 60],
    ['12 PM', '2024-02-06 12:05:00 PM +0100', '2024-02-06T11:05:00.000Z', 60],
    ['milliseconds', '2024-02-06 14:30:00.123 +0000', '2024-02-06T14:30:00.123Z', 0],
    ['milliseconds and Z', '2024-02-06 14:30:00.123 Z', '2024-02-06T14:30:00.123Z', 0],
    ['ISO-8601 Z', '2026-05-05T02:35:56Z', '2026-05-05T02:35:56.000Z', 0],
    ['ISO-8601 with an offset', '2026-05-05T02:35:56+02:00', '2026-05-05T00:35:56.000Z', 120],
    ['date-only', '2024-02-06', '2024-02-06T00:00:00.000Z', 0],
    ['epoch seconds', 1_707_229_800, '2024-02-06T14:30:00.000Z', 0],
    ['epoch seconds float', 1_707_229_800.25, '2024-02-06T14:30:00.250Z', 0],
    ['no offset', '2024-02-06 14:30:00', '2024-02-06T14:30:00.000Z', 0],
  ];
  test.each(forms)('%s: %j', async (_name, date, instant, offset) => {
    expect(await storedInstants('UTC', [date])).toEqual([[instant, offset]]);
  });

  test('Apple epoch seconds (+978307200) are for .hae files: a posted number is never guessed to be one', async () => {
    expect(await storedInstants('UTC', [728_922_600])).toEqual([['1993-02-05T14:30:00.000Z', 0]]);
  });
});

describe('without an offset the zone is the user’s', () => {
  test.each([
    ['no offset in winter', '2024-01-15 08:00:00', '2024-01-15T07:00:00.000Z', 60],
    ['no offset in summer', '2024-07-15 08:00:00', '2024-07-15T06:00:00.000Z', 120],
    ['date-only', '2024-07-15', '2024-07-14T22:00:00.000Z', 120],
    ['an offset of its own', '2024-07-15 08:00:00 -0800', '2024-07-15T16:00:00.000Z', -480],
  ])('%s', async (_name, date, instant, offset) => {
    expect(await storedInstants('Europe/Berlin', [date])).toEqual([[instant, offset]]);
  });

  test('DST fold: an hour that is there twice is taken for one of the two', async () => {
    const [[instant, offset] = []] = await storedInstants('Europe/Berlin', ['2024-10-27 02:30:00']);
    expect([
      ['2024-10-27T00:30:00.000Z', 120],
      ['2024-10-27T01:30:00.000Z', 60],
    ]).toContainEqual([instant, offset]);
  });

  test('DST gap: an hour that is not there is taken for one beside it', async () => {
    const [[instant] = []] = await storedInstants('Europe/Berlin', ['2024-03-31 02:30:00']);
    expect(['2024-03-31T00:30:00.000Z', '2024-03-31T01:30:00.000Z']).toContain(instant);
  });

  test('DST fold with offsets: the two hours are two samples', async () => {
    const dates = ['2024-10-27 02:30:00 +0200', '2024-10-27 02:30:00 +0100'];
    expect(await storedInstants('Europe/Berlin', dates)).toEqual([
      ['2024-10-27T00:30:00.000Z', 120],
      ['2024-10-27T01:30:00.000Z', 60],
    ]);
  });
});

describe('a date that cannot be used rejects its sample', () => {
  const dateIn = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();
  const cases: readonly (readonly [string, unknown, string])[] = [
    ['missing', undefined, 'date_missing'],
    ['null', null, 'date_missing'],
    ['empty', '', 'date_missing'],
    ['in words', 'yesterday', 'date_unreadable'],
    ['an impossible day', '2024-02-30 10:00:00 +0000', 'date_unreadable'],
    ['an impossible hour', '2024-02-03 25:00:00 +0000', 'date_unreadable'],
    ['an impossible offset', '2024-02-03 10:00:00 +9900', 'date_unreadable'],
    ['day and month swapped', '31-12-2024 10:00:00 +0000', 'date_unreadable'],
    ['a boolean', true, 'date_unreadable'],
    ['an object', { seconds: 1 }, 'date_unreadable'],
    ['the future, 49 hours', dateIn(49), 'date_in_future'],
    ['the future, 2099', '2099-01-01 00:00:00 +0000', 'date_in_future'],
    ['the future, 20240 instead of 2024', '20240-02-06 10:00:00 +0000', 'date_unreadable'],
    ['a number beyond all time', 1e300, 'date_unreadable'],
  ];
  test.each(cases)('%s: %j', async (_name, date, reason) => {
    const phone = await service.newPhone();
    const good = rate('2024-02-06 14:30:00 -0800');
    const { status, json } = await phone.post(oneMetric('heart_rate', 'count/min', good, rate(date)));
    expect(status).toBe(200);
    expect(json).toMatchObject({ received: 2, stored: 1, rejected: 1 });
    expect(json.rejections).toEqual([{ path: '/data/metrics/0/data/1', metric: 'heart_rate', reason }]);
    expect(await storedRows(service, phone.userId, 'heart_rate_metrics')).toHaveLength(1);
  });

  test('the future, 47 hours, is a clock that is wrong and is stored', async () => {
    const date = dateIn(47);
    expect(await storedInstants('UTC', [date])).toEqual([[date, 0]]);
  });
});

describe('any age has its partition', () => {
  const instants: readonly (readonly [string, string, string])[] = [
    ['pre-1970', '1965-03-01 12:00:00 +0100', '1965-03-01T11:00:00.000Z'],
    ['far past (2010)', '2010-06-15 12:00:00 +0000', '2010-06-15T12:00:00.000Z'],
    ['before HealthKit', '2013-12-31 23:59:59 -0100', '2014-01-01T00:59:59.000Z'],
    ['year boundary, local vs UTC', '2019-12-31 23:30:00 -0800', '2020-01-01T07:30:00.000Z'],
    ['year boundary, the last millisecond', '2019-12-31 23:59:59.999 +0000', '2019-12-31T23:59:59.999Z'],
    ['year boundary, the first millisecond', '2020-01-01 00:00:00.000 +0000', '2020-01-01T00:00:00.000Z'],
    ['year boundary, ahead of UTC', '2020-01-01 00:30:00 +0100', '2019-12-31T23:30:00.000Z'],
  ];
  test.each(instants)('%s', async (_name, date, instant) => {
    const [[stored] = []] = await storedInstants('UTC', [date]);
    expect(stored).toBe(instant);
  });

  test('month boundary: the samples around each of the last 30 are stored once and re-sent unchanged', async () => {
    const phone = await service.newPhone();
    const now = new Date();
    const edges = Array.from({ length: 30 }, (_, n) => Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - n, 1));
    const points = edges.flatMap((edge) => [edge - 1, edge].map((ms) => rate(new Date(ms).toISOString())));
    const body = oneMetric('heart_rate', 'count/min', ...points);
    expect((await phone.post(body)).json).toMatchObject({ received: 60, stored: 60 });
    expect((await phone.post(body)).json).toMatchObject({ received: 60, unchanged: 60 });
    const rows = await storedRows(service, phone.userId, 'heart_rate_metrics');
    expect(rows.map((row) => row.recorded_at.getTime())).toEqual(
      edges.flatMap((edge) => [edge - 1, edge]).sort((a, b) => a - b),
    );
  });

  test('the other tables on the time take far past and pre-1970 too', async () => {
    const phone = await service.newPhone();
    const old = '1965-03-01 12:00:00 +0000';
    const results = await Promise.all([
      phone.post(oneMetric('step_count', 'count', { date: old, qty: 1 })),
      phone.post(oneMetric('blood_pressure', 'mmHg', { date: old, systolic: 120, diastolic: 80 })),
      phone.post(
        oneMetric('sleep_analysis', 'hr', {
          startDate: old,
          endDate: '1965-03-01 13:00:00 +0000',
          value: 'Core',
          qty: 1,
        }),
      ),
      phone.post(oneArray('symptoms', { start: old, end: old, name: 'Fatigue', severity: 'Mild' })),
    ]);
    expect(results.map(({ json }) => json.stored)).toEqual([1, 1, 1, 1]);
  });
});
