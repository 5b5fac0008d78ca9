import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtInMetrics } from '../../../../src/catalogue/metrics';
import { everythingCount, exportOfEverything } from '../../../support/export-of-everything';
import { openFhirSchema } from '../../../support/fhir-schema';
import { metric, secondOf } from '../../../support/health-export';
import type { Phone } from '../../../support/phone';
import type { Service } from '../../../support/service';
import { askForExport, exportScopes, linesOf, openExport } from './open-export';

// biome-ignore lint/suspicious/noExplicitAny: a test says by what it expects what an answer holds
type Anything = any;

let service: Service;
let phone: Phone;
let faultsOf: (resource: unknown) => string[];

beforeAll(async () => {
  faultsOf = openFhirSchema();
  ({ service, phone } = await openExport());
  await phone.post(exportOfEverything());
});

afterAll(() => service?.stop());

const resources = async (of: Phone, query = ''): Promise<Anything[]> =>
  linesOf((await askForExport(service, of, `?format=fhir-ndjson${query}`)).bytes);

const observation = (found: readonly Anything[], code: string): Anything =>
  found.find((resource) => resource.code?.coding?.some((coding: Anything) => coding.code === code));

test('every row is a resource that fits the schema of FHIR R4, with an id of its own that stays', async () => {
  const { headers, trailers, bytes } = await askForExport(service, phone, '?format=fhir-ndjson');
  expect(headers['content-type']).toBe('application/fhir+ndjson; charset=utf-8');
  expect(trailers).toEqual({ 'x-export-rows': String(everythingCount) });
  const [patient, ...observations] = linesOf(bytes);
  expect(patient).toEqual({ resourceType: 'Patient', id: phone.userId });
  expect(observations).toHaveLength(everythingCount);
  for (const resource of [patient, ...observations])
    expect({ resource, faults: faultsOf(resource) }).toEqual({ resource, faults: [] });
  for (const { subject } of observations) expect(subject).toEqual({ reference: `Patient/${phone.userId}` });
  expect(new Set(observations.map(({ id }) => id)).size).toBe(everythingCount);
  // A value that was corrected keeps its id.
  await phone.post(exportOfEverything(1));
  const again = await resources(phone);
  expect(again.map(({ id }) => id)).toEqual([phone.userId, ...observations.map(({ id }) => id)]);
});

test('a resource that is not of FHIR is found', () => {
  expect(faultsOf({ resourceType: 'Observation', status: 'final', code: { text: 'x' } })).toEqual([]);
  expect(
    faultsOf({
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'x' },
      effectiveDateTime: '2024-05-01 10:00',
    }),
  ).not.toEqual([]);
  expect(faultsOf({ resourceType: 'Observation', status: 'final', code: { text: 'x' }, value: 1 })).not.toEqual([]);
});

test('a bundle holds the same resources, and its references lead to its entries', async () => {
  const { headers, bytes } = await askForExport(service, phone, '?format=fhir-bundle');
  expect(headers['content-type']).toBe('application/fhir+json; charset=utf-8');
  const bundle = JSON.parse(bytes.toString());
  expect(faultsOf(bundle)).toEqual([]);
  const entries: Anything[] = bundle.entry;
  const lines = await resources(phone);
  expect(entries.map(({ resource }) => resource.id)).toEqual(lines.map(({ id }) => id));
  const urls = new Set(entries.map(({ fullUrl }) => fullUrl));
  expect(urls.size).toBe(entries.length);
  for (const { resource } of entries.slice(1)) expect(urls).toContain(resource.subject.reference);
});

test('vital signs have the code, category and unit of their profile', async () => {
  const own = await service.newPhone({ scopes: exportScopes });
  const at = (values: object): object => ({ date: '2024-05-01 14:30:00 -0330', source: 'Watch', ...values });
  await own.post({
    data: {
      metrics: [
        metric('heart_rate', 'count/min', [at({ Min: 50, Avg: 65.5, Max: 120 })]),
        metric('blood_pressure', 'mmHg', [at({ systolic: 120, diastolic: 80 })]),
        metric('blood_oxygen_saturation', '%', [at({ qty: 97 })]),
        metric('body_mass_index', 'count', [at({ qty: 22 })]),
      ],
    },
  });
  const found = await resources(own);
  const effectivePeriod = { start: '2024-05-01T14:30:00.000-03:30', end: '2024-05-01T14:31:00.000-03:30' };
  const vital = [
    { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] },
  ];
  expect(observation(found, '8867-4')).toMatchObject({
    category: vital,
    code: { coding: [{ system: 'http://loinc.org', code: '8867-4', display: 'Heart rate' }, { code: 'heart_rate' }] },
    effectivePeriod,
    valueQuantity: { value: 65.5, unit: 'count/min', system: 'http://unitsofmeasure.org', code: '/min' },
    component: [{ valueQuantity: { value: 50 } }, { valueQuantity: { value: 120 } }],
    device: { display: 'Watch' },
  });
  const pressure = observation(found, '85354-9');
  expect(pressure).toMatchObject({ category: vital, effectivePeriod });
  expect(pressure).not.toHaveProperty('valueQuantity');
  expect(
    pressure.component.map((one: Anything) => [
      one.code.coding[0].code,
      one.valueQuantity.value,
      one.valueQuantity.code,
    ]),
  ).toEqual([
    ['8480-6', 120, 'mm[Hg]'],
    ['8462-4', 80, 'mm[Hg]'],
  ]);
  expect(observation(found, '2708-6').code.coding.map(({ code }: Anything) => code)).toEqual([
    '2708-6',
    '59408-5',
    'blood_oxygen_saturation',
  ]);
  expect(observation(found, '39156-5').valueQuantity).toMatchObject({ value: 22, code: 'kg/m2' });
});

test('every metric of the catalogue and every granularity fits the schema', async () => {
  const own = await service.newPhone({ scopes: exportScopes });
  const plain = builtInMetrics.filter(({ family }) => family === 'quantity');
  await service.sql(
    `INSERT INTO quantity_metrics (user_id, metric_id, recorded_at, source, granularity, value, zone_offset_minutes, ingestion_seq)
     SELECT $1, m, '2024-02-01T00:00:00Z', '', g, 1e-7, 840, 1 FROM unnest($2::int2[]) AS m, generate_series(0, 6) AS g`,
    [own.userId, plain.map(({ id }) => id)],
  );
  const found = (await resources(own)).slice(1);
  expect(found).toHaveLength(plain.length * 7);
  for (const resource of found) {
    expect({ resource, faults: faultsOf(resource) }).toEqual({ resource, faults: [] });
    expect(resource.valueQuantity.code).toMatch(/./);
  }
  const periods = found
    .slice(0, 7)
    .map(({ effectiveDateTime, effectivePeriod }) => effectiveDateTime ?? effectivePeriod.end);
  expect(periods).toEqual([
    '2024-02-01T14:00:00.000+14:00',
    '2024-02-01T14:01:00.000+14:00',
    '2024-02-01T15:00:00.000+14:00',
    '2024-02-02T14:00:00.000+14:00',
    '2024-02-08T14:00:00.000+14:00',
    '2024-03-01T14:00:00.000+14:00',
    '2025-02-01T14:00:00.000+14:00',
  ]);
});

test('texts and instants that FHIR does not know fit all the same', async () => {
  const own = await service.newPhone({ scopes: exportScopes });
  await service.sql(
    `INSERT INTO health_events (user_id, id, kind, name, source, started_at, value, zone_offset_minutes, ingestion_seq)
     VALUES ($1, gen_random_uuid(), 'symptom', E'\\u0001\\u00a0', E'a\\u0007b', '0001-01-01T00:00:00Z', E'\\u2003', -60, 1),
            ($1, gen_random_uuid(), 'symptom', 'x', '', '9999-12-31T23:59:59Z', 'Mild', 1439, 1)`,
    [own.userId],
  );
  await own.post({ data: { metrics: [metric('odd  name', 'no unit', [{ date: secondOf(0), qty: 1 }])] } });
  const found = (await resources(own)).slice(1);
  expect(found).toHaveLength(3);
  for (const resource of found) expect({ resource, faults: faultsOf(resource) }).toEqual({ resource, faults: [] });
});
