import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DatabaseService } from '../../../../src/database/database.service';
import type { Phone } from '../../../support/phone';
import type { Service } from '../../../support/service';
import { until } from '../../../support/until';
import { askForExport, exportScopes, linesOf, openExport } from './open-export';

// Some 40 MB of NDJSON: more than the buffers of two sockets hold.
const rows = 200_000;

let service: Service;
let phone: Phone;

beforeAll(async () => {
  ({ service, phone } = await openExport({ EXPORT_CONCURRENCY: '2', EXPORT_STALL_TIMEOUT_MS: '1500', POOL_MAX: '5' }));
  await service.sql(
    `INSERT INTO heart_rate_metrics (user_id, recorded_at, source, granularity, value, zone_offset_minutes, ingestion_seq)
     SELECT $1, '2024-05-01T00:00:00Z'::timestamptz + i * interval '1 second', repeat('w', 60), 0, 60, 0, 1
       FROM generate_series(1, $2) AS i`,
    [phone.userId, rows],
  );
});

afterAll(() => service?.stop());

/** Begins an export and takes the first bytes of it only. */
async function beginExport({ key }: Phone): Promise<{ sent: ClientRequest; response: IncomingMessage }> {
  const sent = request({
    host: '127.0.0.1',
    port: service.port,
    path: '/v1/export',
    headers: { authorization: `Bearer ${key}` },
  });
  sent.on('error', () => undefined);
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.on('error', () => undefined);
  await once(response, 'readable');
  return { sent, response };
}

test('a client that takes nothing holds no connection, has one export at a time, and is broken off', async () => {
  const { response } = await beginExport(phone);
  const pool = service.app.get(DatabaseService).pool();
  await until(() => pool.idleCount === pool.totalCount);
  const second = await askForExport(service, phone);
  expect(JSON.parse(second.bytes.toString())).toMatchObject({ status: 503, code: 'export_busy' });
  expect(second.headers['retry-after']).toBe('30');
  // Nothing is read until the service has given up; what was on the way can be read then, and the end is missing.
  await until(async () => (await askForExport(service, phone, '?families=ecg')).status === 200);
  response.resume();
  await new Promise((resolve) => response.once('close', resolve));
  expect(response.complete).toBe(false);
});

test('no more exports are written at once than the setting says, and one that is left makes room', async () => {
  const others = [await service.newPhone({ scopes: exportScopes }), await service.newPhone({ scopes: exportScopes })];
  await service.sql(
    `INSERT INTO heart_rate_metrics (user_id, recorded_at, source, granularity, value, zone_offset_minutes, ingestion_seq)
     SELECT $1, recorded_at, source, granularity, value, 0, 1 FROM heart_rate_metrics WHERE user_id = $2`,
    [others[0]?.userId, phone.userId],
  );
  const first = await beginExport(phone);
  const second = await beginExport(others[0] as Phone);
  const refused = await askForExport(service, others[1] as Phone);
  expect(JSON.parse(refused.bytes.toString())).toMatchObject({ status: 503, code: 'export_busy' });
  first.sent.destroy();
  await until(async () => (await askForExport(service, others[1] as Phone)).status === 200);
  second.sent.destroy();
});

test('a client that takes its time, but takes, gets everything', async () => {
  const { response } = await beginExport(phone);
  const chunks: Buffer[] = [];
  for await (const chunk of response) {
    chunks.push(chunk as Buffer);
    if (chunks.length % 200 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(response.complete).toBe(true);
  expect(linesOf(Buffer.concat(chunks)).at(-1)).toMatchObject({ type: 'account', rows });
});
