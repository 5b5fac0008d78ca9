import { afterAll, beforeAll, expect, test } from 'vitest';
import { ecg } from '../../support/event-elements';
import { oneArray, secondOf } from '../../support/health-export';
import { type Service, startService } from '../../support/service';
import { storedRows } from '../../support/stored-rows';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const voltages = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    date: 1_714_550_400 + n / 512.6,
    voltage: Math.round(Math.sin(n / 40) * 300_000) / 1000,
    units: 'mcV',
  }));

const documented = { severity: 'None', voltage_count: 3, sampling_hz: 512.6, average_heart_rate: 62 };
const variants: readonly (readonly [string, object, object])[] = [
  ['as documented', {}, { ...documented, classification: 'Sinus Rhythm', flags: 0 }],
  ['without severity', { severity: undefined }, { severity: null }],
  ['without voltages', { voltageMeasurements: undefined, numberOfVoltageMeasurements: 0 }, { voltage_count: 0 }],
  ['with voltages of null', { voltageMeasurements: null }, { voltage_count: 0 }],
  [
    'with dates that are texts',
    { voltageMeasurements: [{ date: secondOf(0), voltage: 1, units: 'mcV' }] },
    { voltage_count: 1 },
  ],
  ['without an average', { averageHeartRate: null }, { average_heart_rate: null }],
  ['of 15,379 voltages', { voltageMeasurements: voltages(15_379) }, { voltage_count: 15_379 }],
];
test.each(variants)('ecg %s', async (_title, change, expected) => {
  const phone = await service.newPhone();
  const body = oneArray('ecg', { ...ecg, ...change });
  const { json } = await phone.post(body);
  expect(json).toMatchObject({ received: 1, stored: 1, rejections: [], metrics: { ecg: { stored: 1 } } });
  expect(await storedRows(service, phone.userId, 'ecg_recordings')).toMatchObject([{ source: 'ECG', ...expected }]);
  expect((await phone.post(body)).json).toMatchObject({ unchanged: 1 });
});

test('ecg has no id: the same by start and source', async () => {
  const phone = await service.newPhone();
  const changes = [{}, { classification: 'Inconclusive' }, { source: 'Other' }, { start: '2024-05-01 09:00:00 +0200' }];
  const { json } = await phone.post(oneArray('ecg', ...changes.map((change) => ({ ...ecg, ...change }))));
  expect(json).toMatchObject({ received: 4, stored: 3, updated: 1 });
});
