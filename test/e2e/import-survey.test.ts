import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { healthData, record } from '../support/apple-export';
import type { Phone } from '../support/phone';
import { type Service, startService } from '../support/service';
import { untilDone } from '../support/until-done';

/** Takes documents and works on none, so that tests see what it leaves behind. */
let api: Service;
beforeAll(async () => {
  api = await startService({ ROLE: 'api' });
});
afterAll(() => api.stop());

const document = healthData(
  record('StepCount', 10),
  record('NewThing', 3, { unit: 'parsec' }),
  record('NewThing', 4, { unit: 'parsec', start: 60 }),
);
const survey = [{ name: expect.stringContaining('new_thing'), unit: 'parsec' }];
const begun = { format: 'apple-xml', version: 1, parts: 0, lines: [], survey };

async function take(phone: Phone, body: string | Buffer, headers: Record<string, string> = {}): Promise<string> {
  const taken = await phone.post(body, { 'content-type': 'application/xml', ...headers }, '/v1/imports');
  expect(taken.status).toBe(202);
  return taken.json.ingestionId;
}

async function checkpointOf(id: string): Promise<unknown> {
  const sql = 'SELECT checkpoint FROM ingestion_work WHERE ingestion_id = $1';
  const [row] = await api.sql<{ checkpoint: unknown }>(sql, [id]);
  return row?.checkpoint;
}

async function work(phone: Phone, id: string) {
  const worker = await startService({ ROLE: 'worker', SWEEP_INTERVAL_MS: '200' }, { beside: api });
  return await untilDone(phone, id).finally(() => worker.stop());
}

describe('the survey of a document', () => {
  test('is made while it arrives, and the work begins with it', async () => {
    const phone = await api.newPhone();
    const id = await take(phone, document);
    expect(await checkpointOf(id)).toEqual(begun);
    expect(await work(phone, id)).toMatchObject({ status: 'stored', received: 3, stored: 3 });
  });

  test('is not made twice: what was saved is believed', async () => {
    const phone = await api.newPhone();
    const id = await take(phone, document);
    await api.sql(
      `UPDATE ingestion_work SET checkpoint = jsonb_set(checkpoint, '{survey}', '[]') WHERE ingestion_id = $1`,
      [id],
    );
    expect(await work(phone, id)).toMatchObject({ status: 'stored', received: 3, stored: 1, rejected: 2 });
  });

  test.each([
    ['that cannot be read', `jsonb_set(checkpoint, '{survey}', '[{"name": 7}]')`],
    ['of another version', `jsonb_set(jsonb_set(checkpoint, '{survey}', '[]'), '{version}', '0')`],
    ['that was not saved', `checkpoint - 'survey'`],
  ])('%s is made again', async (_, broken) => {
    const phone = await api.newPhone();
    const id = await take(phone, document);
    await api.sql(`UPDATE ingestion_work SET checkpoint = ${broken} WHERE ingestion_id = $1`, [id]);
    expect(await work(phone, id)).toMatchObject({ status: 'stored', received: 3, stored: 3 });
  });

  test.each([
    ['breaks off', document.slice(0, -5), 'xml_malformed'],
    ['is broken early', `<HealthData>&nothing;${document}`, 'xml_malformed'],
    ['is another one', '<ClinicalDocument/>', 'not_an_export'],
  ])('of one that %s says nothing, and the work finds out', async (_, body, errorCode) => {
    const phone = await api.newPhone();
    const id = await take(phone, body);
    expect(await checkpointOf(id)).toBeNull();
    expect(await work(phone, id)).toMatchObject({ status: 'parked', errorCode });
  });

  test('is left to the work where not every metric of it can be saved', async () => {
    const phone = await api.newPhone();
    const many = Array.from({ length: 1001 }, (__, i) => record(`Thing${i}`, 1, { unit: 'parsec' }));
    const id = await take(phone, healthData(...many));
    expect(await checkpointOf(id)).toEqual({ ...begun, survey: undefined });
    expect(await work(phone, id)).toMatchObject({ status: 'stored', received: 1001 });
  });
});
