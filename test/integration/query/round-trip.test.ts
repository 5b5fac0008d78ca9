import { afterAll, beforeAll, expect, test } from 'vitest';
import { exportOfEverything } from '../../support/export-of-everything';
import type { Phone } from '../../support/phone';
import { type Service, startService } from '../../support/service';

let service: Service;
let phone: Phone;
let ingestionId: string;

// biome-ignore lint/suspicious/noExplicitAny: a test says by what it expects what an answer holds
type Anything = any;

const get = async (path: string): Promise<Anything> => {
  const { status, json } = await phone.get<Anything>(path);
  expect(status).toBe(200);
  return json;
};

beforeAll(async () => {
  service = await startService();
  phone = await service.newPhone();
  const { json } = await phone.post(exportOfEverything());
  expect(json).toMatchObject({ received: 15, stored: 15 });
  ingestionId = json.ingestionId;
});

afterAll(() => service?.stop());

test('metrics come back', async () => {
  const { metrics } = await get('/v1/metrics');
  expect(metrics.map(({ name, count }: Anything) => [name, count])).toEqual([
    ['blood_pressure', 1],
    ['heart_rate', 2],
    ['moon_phase', 1],
    ['sleep_analysis', 2],
    ['step_count', 1],
  ]);
  expect((await get('/v1/metrics/heart_rate')).samples).toMatchObject([
    { recordedAt: '2024-05-01T10:00:01.000Z', value: 60, min: null, max: null, source: 'Watch' },
    { recordedAt: '2024-05-01T10:00:02.000Z', value: 65, min: 50, max: 120 },
  ]);
  expect((await get('/v1/metrics/blood_pressure')).samples).toMatchObject([{ systolic: 120, diastolic: 80 }]);
  expect(await get('/v1/metrics/moon_phase')).toMatchObject({ unit: 'percent', samples: [{ value: 40 }] });
});

test('sleep comes back', async () => {
  const { nights } = await get('/v1/sleep');
  expect(nights).toMatchObject([{ wakeDate: '2024-05-01', endedAt: '2024-05-01T11:00:00.000Z', totalSleepHours: 1 }]);
  expect((await get('/v1/sleep/segments')).segments).toMatchObject([
    { startedAt: '2024-05-01T10:00:00.000Z', endedAt: '2024-05-01T11:00:00.000Z', source: 'Watch' },
  ]);
});

test('workouts come back with their routes and series', async () => {
  const { workouts } = await get('/v1/workouts');
  expect(workouts.map(({ name }: Anything) => name).sort()).toEqual(['Run', 'Walk']);
  const walk = await get(`/v1/workouts/${workouts.find(({ name }: Anything) => name === 'Walk').id}`);
  expect(walk).toMatchObject({
    id: '0a1b2c3d-0000-4000-8000-000000000001',
    route: {
      geometry: { type: 'Point', coordinates: [13.4, 52.5, 34.5] },
      properties: { timestamps: ['2024-05-01T10:00:01.000Z'], columns: { speed: [1.2] } },
    },
    series: {
      heartRateData: [
        { recordedAt: '2024-05-01T10:00:05.000Z', min: 90, avg: 95, max: 100, units: 'bpm', source: 'Watch' },
      ],
    },
  });
});

test('events of every kind come back', async () => {
  const { events } = await get('/v1/events');
  expect(new Set(events.map(({ kind }: Anything) => kind))).toEqual(
    new Set(['state_of_mind', 'medication', 'symptom', 'cycle_tracking', 'heart_rate_notification']),
  );
});

test('electrocardiograms come back with their voltages', async () => {
  const { ecg } = await get('/v1/ecg');
  const { voltages, voltageCount } = await get(`/v1/ecg/${ecg[0].id}`);
  expect(voltageCount).toBe(1);
  expect(voltages).toMatchObject({ unit: 'mcV', values: [expect.any(Number)], offsetsMs: [expect.any(Number)] });
});

test('the ingestion comes back with its account and its bytes', async () => {
  const { ingestions } = await get('/v1/ingestions');
  expect(ingestions).toMatchObject([{ id: ingestionId, status: 'stored', received: 15, stored: 15 }]);
  expect((await get(`/v1/ingestions/${ingestionId}`)).metrics['heart_rate']).toMatchObject({ received: 2, stored: 2 });
  expect(await get(`/v1/ingestions/${ingestionId}/raw`)).toEqual(exportOfEverything());
});
