import { afterAll, beforeAll, expect, test } from 'vitest';
import { exportOfEverything } from '../../support/export-of-everything';
import { oneMetric, secondOf } from '../../support/health-export';
import { type Service, startService } from '../../support/service';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

interface Samples {
  readonly unit: string;
  readonly samples: readonly { readonly value: number }[];
  readonly nextCursor: string | null;
}

test('every sample is read once, page by page', async () => {
  const phone = await service.newPhone();
  const points = Array.from({ length: 250 }, (_, n) => ({ date: secondOf(n), qty: n, source: 'Watch' }));
  await phone.post(oneMetric('step_count', 'count', ...points));
  const values: number[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { json } = await phone.get<Samples>(`/v1/metrics/step_count?limit=100${query}`);
    values.push(...json.samples.map(({ value }) => value));
    cursor = json.nextCursor;
  }
  expect(values).toEqual(points.map(({ qty }) => qty));
});

test('what was sent in another unit and under another name is read in the canonical ones', async () => {
  const phone = await service.newPhone();
  await phone.post(oneMetric('active_energy_burned', 'kJ', { date: secondOf(1), qty: 418.4 }));
  const { json } = await phone.get<Samples>('/v1/metrics/active_energy');
  expect(json).toMatchObject({ unit: 'kcal', samples: [{ value: expect.closeTo(100, 9) }] });
});

test('a correction is what is read next, of samples and of nights', async () => {
  const phone = await service.newPhone();
  for (const change of [0, 1, 2]) {
    await phone.post(exportOfEverything(change));
    const { json } = await phone.get<Samples>('/v1/metrics/step_count');
    expect(json.samples).toMatchObject([{ value: 10 + change }]);
    expect((await phone.get('/v1/sleep')).json).toMatchObject({ nights: [{ coreHours: 1 + change }] });
  }
});
