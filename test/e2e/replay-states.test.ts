import { afterAll, beforeAll, expect, test } from 'vitest';
import { healthData, record } from '../support/apple-export';
import { oneMetric, secondOf } from '../support/health-export';
import type { Phone } from '../support/phone';
import { type Service, startService } from '../support/service';
import { until } from '../support/until';
import { type IngestionState, untilDone } from '../support/until-done';
import { zipFile } from '../support/zip-file';

let service: Service;
beforeAll(async () => {
  service = await startService({ SWEEP_INTERVAL_MS: '200' });
});
afterAll(() => service.stop());

const steps = oneMetric('step_count', 'count', { date: secondOf(0), qty: 5 });

async function stateOf(phone: Phone, id: string): Promise<IngestionState> {
  return (await phone.get<IngestionState>(`/v1/ingestions/${id}`)).json;
}

async function untilOver(phone: Phone, id: string): Promise<IngestionState> {
  await until(async () => !(await stateOf(phone, id)).isUnderWay, 20_000);
  return await stateOf(phone, id);
}

/** Has an ingestion replayed, and waits as a client would. */
async function replay(phone: Phone, id: string): Promise<IngestionState> {
  expect((await phone.replay(id)).status).toBe(202);
  return await untilOver(phone, id);
}

test('whoever asked can tell that a replay is under way, and when it is over', async () => {
  const phone = await service.newPhone();
  const [stored, parked] = [await phone.post(steps), await phone.post('{"data', { prefer: 'respond-async' })];
  await untilDone(phone, parked.json.ingestionId);
  for (const [{ ingestionId: id }, meanwhile, after] of [
    [stored.json, 'stored', 'stored'],
    [parked.json, 'received', 'parked'],
  ] as const) {
    const before = await stateOf(phone, id);
    expect(before).toMatchObject({ status: after, isUnderWay: false });
    // Open already, and not due: nobody takes it up before this test says so.
    await service.sql(
      `INSERT INTO ingestion_work (user_id, received_at, ingestion_id, kind, due_at)
       SELECT user_id, received_at, id, 'rederive', now() + interval '1 hour' FROM raw_ingestions
        WHERE user_id = $1 AND id = $2`,
      [phone.userId, id],
    );
    expect((await phone.replay(id)).json).toMatchObject({ status: meanwhile, isUnderWay: true });
    expect(await stateOf(phone, id)).toMatchObject({ status: meanwhile, isUnderWay: true });
    await service.sql('UPDATE ingestion_work SET due_at = now() WHERE user_id = $1', [phone.userId]);
    const over = await untilOver(phone, id);
    expect(over).toMatchObject({ status: after, finishedAt: expect.any(String) });
    expect(over.finishedAt).not.toBe(before.finishedAt);
  }
});

const brokenXml = healthData(record('StepCount', 5)).slice(0, -14);

type Broken = readonly [code: string, path: string, headers: Record<string, string>, make: () => Sendable];
type Sendable = string | Buffer | Promise<Buffer>;

test.each<Broken>([
  ['json_malformed', '/v1/ingest', { prefer: 'respond-async' }, () => '{"data":{"metrics":[1'],
  ['xml_malformed', '/v1/imports', { 'content-type': 'application/xml' }, () => brokenXml],
  [
    'zip_malformed',
    '/v1/imports',
    { 'content-type': 'application/zip' },
    async () => (await zipFile([{ name: 'apple_health_export/export.xml', content: brokenXml }])).subarray(0, -30),
  ],
  ['encoding_broken', '/v1/imports', { 'content-type': 'application/json' }, () => Buffer.from([0x7b, 0xff])],
])('what was parked as %s and is broken still says so as it did before', async (code, path, headers, make) => {
  const phone = await service.newPhone();
  const { json } = await phone.post(await make(), { ...headers }, path);
  const before = await untilDone(phone, json.ingestionId);
  expect(before).toMatchObject({ status: 'parked', errorCode: code });
  const { status, errorCode, errorDetail } = await replay(phone, json.ingestionId);
  expect({ status, errorCode, errorDetail }).toEqual({
    status: 'parked',
    errorCode: code,
    errorDetail: before.errorDetail,
  });
});

test('what was parked halfway says that what is written of it stays', async () => {
  const phone = await service.newPhone();
  const { json } = await phone.post(steps);
  const park = `UPDATE raw_ingestions SET status = 'parked', body = 'nonsense', kept_encoding = 'identity', account = NULL
                 WHERE user_id = $1 AND id = $2`;
  await service.sql(park, [phone.userId, json.ingestionId]);
  const { errorDetail } = await replay(phone, json.ingestionId);
  expect(errorDetail).toMatch(/Not legal JSON: .* What was written of it before stays as it was\.$/);
});
