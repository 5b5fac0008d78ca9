import { afterAll, beforeAll, expect, test } from 'vitest';
import { oneMetric, secondOf } from '../support/health-export';
import type { Phone } from '../support/phone';
import { type Service, startService } from '../support/service';
import { storedRows } from '../support/stored-rows';
import { until } from '../support/until';
import { type IngestionState, untilDone } from '../support/until-done';

let service: Service;
beforeAll(async () => {
  service = await startService({ INLINE_BODY_BYTES: '20000', SWEEP_INTERVAL_MS: '200' });
});
afterAll(() => service.stop());

function rates(count: number, rate: number, from = 0) {
  const points = Array.from({ length: count }, (_, i) => ({
    date: secondOf(from + i),
    Min: rate,
    Avg: rate,
    Max: rate,
    source: 'Watch',
  }));
  return oneMetric('heart_rate', 'count/min', ...points);
}

/** All rows of heart rates with their bookkeeping. */
const rowsOf = (phone: Phone) => storedRows(service, phone.userId, 'heart_rate_metrics');

/** Waits until no work is open for a user. */
async function untilIdle(phone: Phone): Promise<void> {
  await until(async () => {
    const [row] = await service.sql<{ open: number }>(
      'SELECT count(*)::int AS open FROM ingestion_work WHERE user_id = $1',
      [phone.userId],
    );
    return row?.open === 0;
  }, 20_000);
}

async function stateOf(phone: Phone, id: string): Promise<IngestionState> {
  return (await phone.get<IngestionState>(`/v1/ingestions/${id}`)).json;
}

async function replay(phone: Phone, id: string): Promise<IngestionState> {
  const { status, headers, json } = await phone.replay(id);
  expect(status).toBe(202);
  expect(json).toMatchObject({ ingestionId: id, statusUrl: `/v1/ingestions/${id}` });
  expect(headers['retry-after']).toBe('1');
  await untilIdle(phone);
  return await stateOf(phone, id);
}

test('a replay changes nothing, is answered 202, and its account is the same', async () => {
  const phone = await service.newPhone();
  const { json: first } = await phone.post(rates(20, 60));
  const { json: second } = await phone.post(rates(20, 70, 10));
  const rows = await rowsOf(phone);
  for (const { ingestionId, received, stored, updated } of [second, first, first]) {
    const state = await replay(phone, ingestionId);
    expect(state).toMatchObject({ status: 'stored', received, stored, updated, errorCode: null });
  }
  expect(await rowsOf(phone)).toEqual(rows);
});

test('rows that are missing come back, those of a later payload stay, and readers can tell that something changed', async () => {
  const phone = await service.newPhone();
  const { json } = await phone.post(rates(20, 60));
  await phone.post(rates(5, 70, 10));
  const rows = await rowsOf(phone);
  await service.sql('DELETE FROM heart_rate_metrics WHERE user_id = $1 AND value = 60', [phone.userId]);
  const version = 'SELECT data_version::int AS version FROM users WHERE id = $1';
  const [before] = await service.sql<{ version: number }>(version, [phone.userId]);
  await replay(phone, json.ingestionId);
  expect(await rowsOf(phone)).toEqual(rows);
  expect(await service.sql(version, [phone.userId])).toEqual([{ version: (before?.version ?? 0) + 1 }]);
});

test('a row that the ingestion does not hold is removed, one that another ingestion wrote is not', async () => {
  const phone = await service.newPhone();
  const { json } = await phone.post(rates(20, 60));
  await phone.post(rates(5, 70, 10));
  const rows = await rowsOf(phone);
  const strange = `INSERT INTO heart_rate_metrics (user_id, recorded_at, source, granularity, value, zone_offset_minutes, ingestion_seq)
    SELECT user_id, recorded_at + interval '0.5 s', 'Strange', 0, 99, 0, ingestion_seq + $2 FROM heart_rate_metrics
     WHERE user_id = $1 ORDER BY recorded_at LIMIT 1`;
  await service.sql(strange, [phone.userId, 0]);
  await replay(phone, json.ingestionId);
  expect(await rowsOf(phone)).toEqual(rows);
  // A number that belongs to no ingestion: whose bytes are gone, as it were.
  await service.sql(strange, [phone.userId, 1_000_000]);
  await replay(phone, json.ingestionId);
  expect(await rowsOf(phone)).toHaveLength(rows.length + 1);
});

test('a large body is replayed in parts, to the same rows and account', async () => {
  const phone = await service.newPhone();
  const { status, json } = await phone.post(rates(2000, 60));
  expect(status).toBe(202);
  const { received, stored } = await untilDone(phone, json.ingestionId);
  const rows = await rowsOf(phone);
  expect(rows).toHaveLength(2000);
  expect(await replay(phone, json.ingestionId)).toMatchObject({ status: 'stored', received, stored });
  expect(await rowsOf(phone)).toEqual(rows);
});

test('a parked ingestion is replayed: it takes its place in the order of arrival', async () => {
  const phone = await service.newPhone();
  const { json } = await phone.post(rates(20, 60));
  await phone.post(rates(5, 70, 10));
  const rows = await rowsOf(phone);
  await service.sql('DELETE FROM heart_rate_metrics WHERE user_id = $1 AND value = 60', [phone.userId]);
  const park = `UPDATE raw_ingestions SET status = 'parked', error_code = 'json_malformed', account = NULL, extents = NULL
                 WHERE user_id = $1 AND id = $2`;
  await service.sql(park, [phone.userId, json.ingestionId]);
  const state = await replay(phone, json.ingestionId);
  expect(state).toMatchObject({ status: 'stored', errorCode: null, received: 20, stored: 20 });
  expect(await rowsOf(phone)).toEqual(rows);
});

test('one that cannot be read any more keeps its rows and says so; its neighbours are replayed', async () => {
  const phone = await service.newPhone();
  const { json: broken } = await phone.post(rates(20, 60));
  const { json: whole } = await phone.post(rates(20, 70, 10));
  const rows = await rowsOf(phone);
  const breakBody = `UPDATE raw_ingestions SET body = 'nonsense', kept_encoding = 'identity' WHERE user_id = $1 AND id = $2`;
  await service.sql(breakBody, [phone.userId, broken.ingestionId]);
  expect(await replay(phone, broken.ingestionId)).toMatchObject({
    status: 'stored',
    errorCode: 'json_malformed',
    errorDetail: expect.stringMatching(
      /^It could not be read again\. Not legal JSON: .*at byte \d+.*\. What was written of it before stays as it was\.$/,
    ),
    stored: 20,
  });
  expect(await replay(phone, whole.ingestionId)).toMatchObject({
    status: 'stored',
    errorCode: null,
    received: 20,
  });
  expect(await rowsOf(phone)).toEqual(rows);
});

test('dates without an offset are read in the zone that the user had when they came', async () => {
  const phone = await service.newPhone({ timeZone: 'America/New_York' });
  const { json } = await phone.post(oneMetric('step_count', 'count', { date: '2024-05-01 10:00:00', qty: 5 }));
  const rows = await storedRows(service, phone.userId, 'quantity_metrics');
  expect(rows).toHaveLength(1);
  await service.sql(`UPDATE users SET time_zone = 'Asia/Tokyo' WHERE id = $1`, [phone.userId]);
  await replay(phone, json.ingestionId);
  expect(await storedRows(service, phone.userId, 'quantity_metrics')).toEqual(rows);
});

test('payloads that come while others are replayed are neither lost nor put back', { timeout: 60_000 }, async () => {
  const phone = await service.newPhone();
  const sent: string[] = [];
  for (let n = 0; n < 5; n++) sent.push((await phone.post(rates(30, 50 + n))).json.ingestionId);
  for (let n = 5; n < 25; n++) {
    const [answer] = await Promise.all([
      phone.post(rates(30, 50 + n, n)),
      phone.replay(sent[n % sent.length] as string),
      phone.replay(sent[(n * 7) % sent.length] as string),
    ]);
    expect(answer.status).toBe(200);
    sent.push(answer.json.ingestionId);
  }
  await untilIdle(phone);
  const values = (await rowsOf(phone)).map(({ value }) => value);
  const expected = Array.from({ length: 54 }, (_, second) => 50 + Math.min(second, 24));
  // Seconds 0 to 4 were last sent by the fifth payload, which began at 0.
  for (let second = 0; second < 5; second++) expected[second] = 54;
  expect(values).toEqual(expected);
});

test('who may not, or asks for what is not there, hears why', async () => {
  const [mine, other, reader] = [
    await service.newPhone(),
    await service.newPhone(),
    await service.newPhone({ scopes: ['read'] }),
  ];
  const { json } = await mine.post(rates(1, 60));
  const asOther = await other.replay(json.ingestionId);
  expect([asOther.status, asOther.json.code]).toEqual([404, 'not_found']);
  expect((await mine.replay('nothing')).status).toBe(404);
  expect((await mine.replay(json.ingestionId.replace(/.$/, (last) => (last === '0' ? '1' : '0')))).status).toBe(404);
  expect((await reader.replay(json.ingestionId)).status).toBe(403);
  await service.sql(`UPDATE raw_ingestions SET status = 'receiving' WHERE id = $1`, [json.ingestionId]);
  const early = await mine.replay(json.ingestionId);
  expect([early.status, early.json.code]).toEqual([409, 'not_received']);
  expect(
    await service.sql('SELECT FROM ingestion_work WHERE user_id = ANY ($1)', [[mine.userId, other.userId]]),
  ).toEqual([]);
});
