import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at, healthData, record } from '../support/apple-export';
import { appleWorkout, ecgCsv, gpx, routePath } from '../support/apple-workout';
import { metric } from '../support/health-export';
import type { Phone } from '../support/phone';
import { type Service, startService } from '../support/service';
import { untilDone } from '../support/until-done';
import { zipFile } from '../support/zip-file';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const xml = 'application/xml';
const zip = 'application/zip';

async function importBody(phone: Phone, body: string | Buffer, contentType: string) {
  const taken = await phone.post(body, { 'content-type': contentType }, '/v1/imports');
  expect(taken.status).toBe(202);
  expect(taken.headers['location']).toBe(taken.json.statusUrl);
  return await untilDone(phone, taken.json.ingestionId);
}

const archive = (document: string) =>
  zipFile([
    { name: `apple_health_export${routePath}`, content: gpx },
    { name: 'apple_health_export/electrocardiograms/ecg_2024-05-01.csv', content: ecgCsv },
    { name: 'apple_health_export/Export.xml', content: document },
  ]);

const document = healthData(
  record('StepCount', 10, { start: 0, end: 30 }),
  record('StepCount', 'x', { start: 60 }),
  record('NewThing', 3, { unit: 'parsec', start: 60 }),
  record('HKCategoryTypeIdentifierSleepAnalysis', 'HKCategoryValueSleepAnalysisAsleepCore', {
    unit: undefined,
    end: 600,
  }),
  appleWorkout(),
);

const countRows = `
SELECT (SELECT count(*)::int FROM quantity_metrics WHERE user_id = $1) AS quantities,
       (SELECT count(*)::int FROM sleep_segments WHERE user_id = $1) AS segments,
       (SELECT count(*)::int FROM workouts WHERE user_id = $1) AS workouts,
       (SELECT count(*)::int FROM ecg_recordings WHERE user_id = $1) AS ecgs`;

describe('a history', () => {
  test('comes as an archive: its account, its bytes, and the same again unchanged', async () => {
    const phone = await service.newPhone();
    const body = await archive(document);
    const done = await importBody(phone, body, zip);
    expect(done).toMatchObject({ status: 'stored', received: 6, stored: 5, rejected: 1, errorCode: null });
    expect(done.rejections).toEqual([{ path: '/HealthData/3', metric: 'step_count', reason: 'value_not_a_number' }]);
    expect(await service.sql(countRows, [phone.userId])).toEqual([
      { quantities: 2, segments: 1, workouts: 1, ecgs: 1 },
    ]);
    const raw = await phone.getBytes(`/v1/ingestions/${done.id}/raw`);
    expect(raw.equals(body)).toBe(true);
    const again = await importBody(phone, body, zip);
    expect(again).toMatchObject({ status: 'stored', received: 6, stored: 0, updated: 0, unchanged: 5, rejected: 1 });
  });

  test('comes as a document or as JSON of the app', async () => {
    const phone = await service.newPhone();
    expect(await importBody(phone, document, `${xml}; charset=utf-8`)).toMatchObject({ stored: 4, rejected: 1 });
    const json = JSON.stringify({ data: { metrics: [metric('step_count', 'count', [{ date: at(0), qty: 1 }])] } });
    expect(await importBody(phone, json, 'application/json')).toMatchObject({ status: 'stored', received: 1 });
  });

  test('that is malformed at its very end has written nothing, and is parked with the code', async () => {
    const phone = await service.newPhone();
    const many = Array.from({ length: 20_000 }, (_, i) => record('StepCount', 1, { start: i }));
    for (const [body, contentType, code] of [
      [healthData(...many).slice(0, -14), xml, 'xml_malformed'],
      [await zipFile([{ name: 'export.xml', content: healthData(...many).slice(0, -14) }]), zip, 'xml_malformed'],
      [Buffer.from('PK and no more'), zip, 'zip_malformed'],
      ['<ClinicalDocument/>', xml, 'not_an_export'],
    ] as const) {
      expect(await importBody(phone, body, contentType)).toMatchObject({ status: 'parked', errorCode: code });
    }
    expect(await service.sql(countRows, [phone.userId])).toEqual([
      { quantities: 0, segments: 0, workouts: 0, ecgs: 0 },
    ]);
  });

  test('is refused by its headers: what it is, how it is encoded, who sends it', async () => {
    const phone = await service.newPhone();
    const post = (headers: Record<string, string>, body: string | Buffer = 'x') =>
      phone.post(body, headers, '/v1/imports');
    expect((await post({ 'content-type': 'application/x-www-form-urlencoded' })).json.code).toBe(
      'content_type_not_supported',
    );
    for (const contentType of [
      'application/octet-stream',
      'text/plain',
      'text/html',
      'multipart/form-data; boundary=x',
    ]) {
      expect((await post({ 'content-type': contentType })).json).toMatchObject({
        status: 415,
        code: 'content_type_not_supported',
        detail: 'Say what it is: Content-Type: application/zip, application/xml or application/json.',
      });
    }
    expect((await post({ 'content-type': zip, 'content-encoding': 'gzip' })).json.code).toBe(
      'content_encoding_not_supported',
    );
    expect((await post({ 'content-type': zip }, '')).json).toMatchObject({ status: 400, code: 'not_an_export' });
    const reader = await service.newPhone({ scopes: ['read'] });
    expect((await reader.post('x', { 'content-type': xml }, '/v1/imports')).status).toBe(403);
  });

  test('of a day that came live is not counted twice when the day is read', async () => {
    const phone = await service.newPhone();
    const minutes = [0, 1, 2].map((minute) => ({ date: at(minute * 60), qty: 10, source: 'Watch' }));
    const day = [{ date: '2024-05-01 00:00:00 +0200', qty: 30, source: 'Watch' }];
    await phone.post(
      { data: { metrics: [metric('step_count', 'count', minutes)] } },
      { 'automation-aggregation': 'Minutes' },
    );
    await phone.post({ data: { metrics: [metric('step_count', 'count', day)] } }, { 'automation-aggregation': 'Days' });
    const raw = [0, 1, 2].flatMap((minute) => [
      record('StepCount', 4, { start: minute * 60 + 5, end: minute * 60 + 20 }),
      // A reading that fills a minute is a reading all the same.
      record('StepCount', 6, { start: minute * 60, end: minute * 60 + 60 }),
    ]);
    await importBody(phone, healthData(...raw), xml);
    // The rule: of each source and local day, one granularity; here the finest that there is.
    const sum = `
      SELECT granularity, sum(value)::float8 AS steps
        FROM quantity_metrics WHERE user_id = $1 AND metric_id = 1 AND source = 'Watch'
       GROUP BY granularity ORDER BY granularity`;
    expect(await service.sql(sum, [phone.userId])).toEqual([
      { granularity: 0, steps: 30 },
      { granularity: 1, steps: 30 },
      { granularity: 3, steps: 30 },
    ]);
  });

  test('has the very samples that the app sends when it adds nothing up', async () => {
    const phone = await service.newPhone();
    const sent = { date: at(5), qty: 62, source: 'Anna’s Watch' };
    const rates = metric('heart_rate', 'count/min', [sent, { ...sent, date: at(17), qty: 63 }]);
    const segment = { startDate: at(0), endDate: at(600), value: 'Core', source: 'Anna’s Watch' };
    await phone.post({ data: { metrics: [rates, metric('sleep_analysis', 'hr', [segment])] } });
    const watch = { sourceName: "Anna's\u00a0Watch" };
    const history = healthData(
      record('HeartRate', 62, { ...watch, unit: 'count/min', start: 5 }),
      record('HeartRate', 63, { ...watch, unit: 'count/min', start: 17 }),
      record('HKCategoryTypeIdentifierSleepAnalysis', 'HKCategoryValueSleepAnalysisAsleepCore', {
        ...watch,
        unit: undefined,
        end: 600,
      }),
    );
    expect(await importBody(phone, history, xml)).toMatchObject({ received: 3, stored: 0, updated: 0, unchanged: 3 });
  });

  describe('has no ids for its workouts and ECGs', () => {
    const id = '0A1B2C3D-0000-4000-8000-00000000000A';
    const live = {
      data: {
        workouts: [
          {
            id,
            name: 'Outdoor Run',
            start: at(0),
            end: at(3600),
            duration: 3570,
            source: 'Watch',
            heartRateData: [{ date: at(5), Min: 90, Avg: 95, Max: 100, units: 'bpm' }],
          },
        ],
        ecg: [
          {
            start: at(30),
            end: at(60),
            classification: 'Sinus Rhythm',
            samplingFrequency: 512,
            numberOfVoltageMeasurements: 1,
            voltageMeasurements: [{ date: 1_714_550_430, voltage: 12.5, units: 'mcV' }],
            source: 'Watch',
          },
        ],
      },
    };
    const things = `
      SELECT id::text, name, series_points AS points FROM workouts WHERE user_id = $1
      UNION ALL SELECT source, classification, voltage_count FROM ecg_recordings WHERE user_id = $1`;
    const onlyTheLiveOnes = [
      { id: id.toLowerCase(), name: 'Outdoor Run', points: 1 },
      { id: 'Watch', name: 'Sinus Rhythm', points: 1 },
    ];

    test('those that came live before stay as the app sent them', async () => {
      const phone = await service.newPhone();
      await phone.post(live);
      const done = await importBody(phone, await archive(healthData(appleWorkout())), zip);
      expect(done).toMatchObject({ received: 2, stored: 0, updated: 0, unchanged: 2 });
      expect(await service.sql(things, [phone.userId])).toEqual(onlyTheLiveOnes);
    });

    test('those that come live afterwards take their place', async () => {
      const phone = await service.newPhone();
      await importBody(phone, await archive(healthData(appleWorkout())), zip);
      const { json } = await phone.post(live);
      expect(json).toMatchObject({ received: 2, stored: 0, updated: 2 });
      expect(await service.sql(things, [phone.userId])).toEqual(onlyTheLiveOnes);
      const again = await importBody(phone, await archive(healthData(appleWorkout())), zip);
      expect(again).toMatchObject({ unchanged: 2 });
    });

    test('a document without its routes takes none away', async () => {
      const phone = await service.newPhone();
      await importBody(phone, await archive(healthData(appleWorkout())), zip);
      expect(await importBody(phone, healthData(appleWorkout()), xml)).toMatchObject({ received: 1, unchanged: 1 });
      const routes = 'SELECT route_points FROM workouts WHERE user_id = $1';
      expect(await service.sql(routes, [phone.userId])).toEqual([{ route_points: 3 }]);
    });
  });
});
