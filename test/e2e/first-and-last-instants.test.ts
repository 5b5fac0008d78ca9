import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportOfEverything } from '../support/export-of-everything';
import { oneArray, oneMetric } from '../support/health-export';
import type { Phone } from '../support/phone';
import { type Service, startService } from '../support/service';

let service: Service;
let phone: Phone;
beforeAll(async () => {
  service = await startService();
  phone = await service.newPhone({ timeZone: 'Europe/Berlin' });
  const body = JSON.stringify(exportOfEverything());
  for (const year of [2021, 2022, 2023])
    await phone.post(body.replaceAll('2024-', `${year}-`).replaceAll('0A1B', `${year}`));
});
afterAll(() => service.stop());

interface AnyPage {
  readonly nextCursor: string | null;
  readonly code?: string;
}

const lists = [
  '/v1/metrics/heart_rate',
  '/v1/metrics/step_count',
  '/v1/metrics/blood_pressure',
  '/v1/sleep',
  '/v1/sleep/segments',
  '/v1/workouts',
  '/v1/events',
  '/v1/ecg',
  '/v1/ingestions',
];

/** The microseconds at either end of what an instant can be. */
const ends = ['253402300799999999', '-62135596800000000'];
/** Beyond them. */
const outside = ['253402300800000000', '-62135596800000001'];

describe.each(lists)('%s', (path) => {
  const tampered = async (order: string, us: string) => {
    const first = await phone.get<AnyPage>(`${path}?limit=1&order=${order}`);
    const [version, binding, , ...rest] = JSON.parse(Buffer.from(first.json.nextCursor ?? '', 'base64url').toString());
    const cursor = Buffer.from(JSON.stringify([version, binding, us, ...rest])).toString('base64url');
    return phone.get<AnyPage>(`${path}?limit=1&order=${order}&cursor=${cursor}`);
  };

  test.each(['asc', 'desc'])('takes a cursor at either end of time, %s', async (order) => {
    for (const us of ends) expect((await tampered(order, us)).status).toBe(200);
    for (const us of outside) {
      expect(await tampered(order, us)).toMatchObject({ status: 400, json: { code: 'cursor_invalid' } });
    }
  });
});

describe('a date that the zone moves out of the years 1 to 9999', () => {
  test.each(['0001-01-01', '0001-01-01 00:10:00'])('%s, which is too early in Berlin', async (date) => {
    const early = await phone.post(oneMetric('heart_rate', 'bpm', { date, qty: 60, source: 'Watch' }));
    expect(early.json).toMatchObject({ rejected: 1, rejections: [{ reason: 'date_unreadable' }] });
    const symptom = await phone.post(oneArray('symptoms', { start: date, name: 'Fatigue' }));
    expect(symptom.json).toMatchObject({ rejected: 1, rejections: [{ reason: 'date_unreadable' }] });
  });

  test('9999-12-31 23:30, which is too late in New York', async () => {
    const traveller = await service.newPhone({ timeZone: 'America/New_York' });
    const dose = { displayText: 'Aspirin', start: '2024-05-01 10:00', scheduledDate: '9999-12-31 23:30', status: 'x' };
    const { json } = await traveller.post(oneArray('medications', dose));
    expect(json).toMatchObject({ rejected: 1, rejections: [{ reason: 'date_unreadable' }] });
  });

  test('the first instant of all is kept, and is paged to', async () => {
    const fresh = await service.newPhone({ timeZone: 'Europe/Berlin' });
    const dates = ['0001-01-01T00:00:00Z', '0001-01-01T00:00:01Z', '0001-01-02'];
    const points = dates.map((date) => ({ date, qty: 60, source: 'Watch' }));
    expect((await fresh.post(oneMetric('heart_rate', 'bpm', ...points))).json).toMatchObject({ stored: 3 });
    let cursor = '';
    for (let page = 0; page < 3; page++) {
      const answer = await fresh.get<AnyPage>(`/v1/metrics/heart_rate?limit=1&order=desc${cursor}`);
      expect(answer.status).toBe(200);
      cursor = `&cursor=${answer.json.nextCursor}`;
    }
    expect(cursor).toBe('&cursor=null');
  });
});
