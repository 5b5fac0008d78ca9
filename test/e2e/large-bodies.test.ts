import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportOfEverything } from '../support/export-of-everything';
import { metric } from '../support/health-export';
import type { AnswerBody, Phone } from '../support/phone';
import { RawExchange } from '../support/raw-exchange';
import { type RawReply, sendRequest } from '../support/send-request';
import { type Service, startService } from '../support/service';
import { countAllRows, storedRows } from '../support/stored-rows';
import { until } from '../support/until';
import { untilDone } from '../support/until-done';

let service: Service;
/** The same data, through a service that holds these bodies in memory. */
let holding: Service;
beforeAll(async () => {
  service = await startService({ INLINE_BODY_BYTES: '20000' });
  holding = await startService({}, { beside: service, redisUrl: null });
});
afterAll(async () => {
  await holding.stop();
  await service.stop();
});

const date = (minute: number): string => {
  const iso = new Date(Date.UTC(2024, 4, 1) + minute * 60_000).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} +0000`;
};

/** Some 2 MB, more than one part and more than one piece: everything there is, and what is odd about large bodies. */
function largeExport(): string {
  const minutes = Array.from({ length: 18_000 }, (_, i) => i);
  const { data } = exportOfEverything();
  const rates = minutes.map((i) => ({
    date: date(i),
    Min: 50,
    Avg: 60 + (i % 20) + Math.sin(i),
    Max: 120,
    source: 'Watch',
  }));
  const hours = minutes.slice(0, 300).map((i) => ({ date: date(i * 60), qty: i, source: 'Phone' }));
  const metrics = [
    ...(data['metrics'] as unknown[]),
    // Its samples come before its name.
    { data: rates, units: 'count/min', name: 'heart_rate' },
    // Hours, and far behind them a minute that says that they are none.
    metric('step_count', 'count', hours),
    metric('walking_running_distance', 'km', hours),
    metric(
      'tides',
      'm',
      minutes.slice(0, 2000).map((i) => ({ date: date(i), qty: i % 7 ? i : 'high' })),
    ),
    metric(
      'heart_rate',
      'count/min',
      rates.slice(0, 100).map((rate) => ({ ...rate, Avg: 61 })),
    ),
    metric('walking_running_distance', 'km', [{ date: date(90), qty: 1, source: 'Phone' }]),
  ];
  return JSON.stringify({ data: { ...data, metrics, surprises: [1, 2, 3] } });
}

const body = largeExport();
const lastSample = body.lastIndexOf('"qty":1,');
const tables = [
  'heart_rate_metrics',
  'quantity_metrics',
  'blood_pressure_metrics',
  'sleep_segments',
  'sleep_metrics',
  'workouts',
  'health_events',
  'ecg_recordings',
] as const;

async function rowsOf(phone: Phone): Promise<unknown> {
  const rows = await Promise.all(tables.map((table) => storedRows(service, phone.userId, table)));
  // Ids of things are made from what they are; whose they are and which ingestion they came with is another.
  return rows.map((ofTable) => ofTable.map((row) => ({ ...row, user_id: null, ingestion_seq: null })));
}

/** What an answer and a state both say of the samples. */
function accountOf({ received, stored, updated, unchanged, rejected, metrics, rejections }: AnswerBody): unknown {
  return { received, stored, updated, unchanged, rejected, metrics, rejections };
}

function rawOf(phone: Phone, id: string): Promise<RawReply> {
  return sendRequest({
    port: service.port,
    method: 'GET',
    path: `/v1/ingestions/${id}/raw`,
    headers: { 'api-key': phone.key },
  });
}

describe('a body that is stored while it arrives', { timeout: 120_000 }, () => {
  const sent: readonly (readonly [string, () => Buffer, Record<string, string>])[] = [
    ['plain', () => Buffer.from(body), {}],
    ['gzip', () => gzipSync(body), { 'content-encoding': 'gzip' }],
    ['br', () => brotliCompressSync(body), { 'content-encoding': 'br' }],
  ];
  test.each(sent)('%s: has the account, the rows and the bytes of one that is held', async (_name, bytes, headers) => {
    const [stored, held] = [await service.newPhone(), await service.newPhone()];
    const [first, expected] = [await stored.post(bytes(), headers), await held.at(holding.port).post(body)];
    expect([first.status, expected.status]).toEqual([202, 200]);
    const { ingestionId, statusUrl } = first.json;
    expect(first.json).toEqual({ ingestionId, status: 'received', statusUrl: `/v1/ingestions/${ingestionId}` });
    expect(first.headers).toMatchObject({ location: statusUrl, 'retry-after': '1' });
    expect(first.headers['preference-applied']).toBeUndefined();
    const done = await untilDone(stored, ingestionId);
    expect(done).toMatchObject({ status: 'stored', errorCode: null, attempts: 1, nextAttemptAt: null, progress: null });
    expect(done.received).toBeGreaterThan(20_000);
    expect(accountOf(done)).toEqual(accountOf(expected.json));
    expect(await rowsOf(stored)).toEqual(await rowsOf(held));
    expect((await rawOf(stored, ingestionId)).bytes.equals(Buffer.from(body))).toBe(true);

    const again = await untilDone(stored, (await stored.post(bytes(), headers)).json.ingestionId);
    expect(again).toMatchObject({ stored: 0, received: done.received, rejected: done.rejected });
    expect(await service.sql('SELECT FROM ingestion_work')).toEqual([]);
    const [row] = await service.sql(
      `SELECT status, piece_count > 0 AS in_pieces, body IS NULL AS is_beside, body_bytes::int, finished_at > received_at AS ended
         FROM raw_ingestions WHERE id = $1`,
      [first.json.ingestionId],
    );
    expect(row).toEqual({ status: 'stored', in_pieces: true, is_beside: true, body_bytes: body.length, ended: true });
  });

  const broken: readonly (readonly [string, () => string | Buffer, string])[] = [
    ['cut', () => body.slice(0, -1), 'json_malformed'],
    [
      'wrong in its last sample',
      () => body.slice(0, lastSample) + body.slice(lastSample).replace('1', '01'),
      'json_malformed',
    ],
    ['with more behind it', () => `${body}x`, 'json_malformed'],
    [
      'not UTF-8 at its end',
      () => Buffer.concat([Buffer.from(body.slice(0, -2)), Buffer.from([0xc3, 0x28])]),
      'encoding_broken',
    ],
    ['one text', () => `{"data":${JSON.stringify(body)}}`, 'json_element_too_large'],
    [
      'of too many keys',
      () => `{"data":{"symptoms":[{${Array.from({ length: 2000 }, (_, i) => `"key number ${i}":1`).join()}}]}}`,
      'json_too_many_keys',
    ],
  ];
  test.each(broken)(
    'that is %s writes no row and is parked, with what it would have been refused for',
    async (...of) => {
      const [, text, code] = of;
      const phone = await service.newPhone();
      const refusal = await phone.at(holding.port).post(text());
      expect({ status: refusal.status, code: refusal.json.code }).toEqual({ status: 400, code });
      const taken = await phone.post(text());
      expect(taken.status).toBe(202);
      const parked = await untilDone(phone, taken.json.ingestionId);
      const { detail } = refusal.json;
      expect(parked).toMatchObject({
        status: 'parked',
        errorCode: code,
        errorDetail: detail,
        attempts: 1,
        metrics: {},
      });
      const rows = await rowsOf(phone);
      expect(rows).toEqual(tables.map(() => []));
      const list = await phone.get<{ ingestions: { id: string }[] }>('/v1/ingestions?status=parked');
      expect(list.json.ingestions.map(({ id }) => id)).toEqual([taken.json.ingestionId]);
      // What was sent is kept, to be looked at and to be tried again.
      expect((await rawOf(phone, taken.json.ingestionId)).bytes.equals(Buffer.from(text()))).toBe(true);
    },
  );

  test('whose client goes away leaves nothing behind', async () => {
    const phone = await service.newPhone();
    const before = await countAllRows(service);
    for (const headers of [[], ['Content-Encoding: gzip']]) {
      const exchange = new RawExchange(service.port);
      const bytes = headers.length === 0 ? Buffer.from(body) : gzipSync(body, { level: 0 });
      const head = [
        'POST /v1/ingest HTTP/1.1',
        'Host: test',
        `api-key: ${phone.key}`,
        `Content-Length: ${bytes.length}`,
      ];
      exchange.sendHead([...head, ...headers], bytes.subarray(0, 1_500_000));
      await until(async () => (await countAllRows(service))['raw_ingestions'] !== before['raw_ingestions']);
      exchange.destroy();
      await until(async () => (await countAllRows(service))['raw_ingestions'] === before['raw_ingestions']);
    }
    expect(await countAllRows(service)).toEqual(before);
  });

  test('beyond the limit is refused and leaves nothing behind, also when it is only large once inflated', async () => {
    const small = await startService({ INLINE_BODY_BYTES: '20000', MAX_BODY_BYTES: '1000000' }, { beside: service });
    try {
      const phone = (await service.newPhone()).at(small.port);
      const before = await countAllRows(service);
      for (const [bytes, headers] of [
        [brotliCompressSync(body), { 'content-encoding': 'br' }],
        [gzipSync(body), { 'content-encoding': 'gzip' }],
      ] as const) {
        const answer = await phone.post(bytes, headers);
        expect({ status: answer.status, code: answer.json.code }).toEqual({ status: 413, code: 'body_too_large' });
      }
      expect(await countAllRows(service)).toEqual(before);
    } finally {
      await small.stop();
    }
  });

  test('and another one that is newer: the newer one wins, whichever is done first', async () => {
    const phone = await service.newPhone();
    const minutes = { 'automation-aggregation': 'Minutes' };
    const older = await phone.post(body, minutes);
    const newer = await phone.post(
      {
        data: {
          metrics: [
            metric('heart_rate', 'count/min', [{ date: date(17_000), Min: 1, Avg: 200, Max: 250, source: 'Watch' }]),
          ],
        },
      },
      minutes,
    );
    expect([older.status, newer.status]).toEqual([202, 200]);
    await untilDone(phone, older.json.ingestionId);
    const rates = await storedRows(service, phone.userId, 'heart_rate_metrics');
    expect(rates.find(({ recorded_at: at }) => at.getTime() === Date.UTC(2024, 4, 1) + 17_000 * 60_000)).toMatchObject({
      value: 200,
    });
  });
});
