import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { uuidV7 } from '../../../src/common/uuid';
import { insertPlainRow } from './insert-row';
import { type OpenQuery, openQuery, type Person } from './open-query';

let query: OpenQuery;

beforeAll(async () => {
  query = await openQuery();
});

afterAll(() => query?.close());

const nowMs = Date.now();

/** What a client sent, and how it is kept. */
interface Kept {
  readonly body: Buffer;
  readonly sentEncoding?: string;
  readonly keptEncoding?: string;
  /** Cuts what is kept into pieces of this size; without it, it is in the row. */
  readonly pieceBytes?: number;
  readonly status?: string;
  readonly contentType?: string;
  readonly account?: object;
  readonly agoMs?: number;
}

const encoders: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  identity: (bytes) => bytes,
  br: (bytes) => brotliCompressSync(bytes),
  gzip: (bytes) => gzipSync(bytes, { level: 1 }),
};

async function keep(person: Person, kept: Kept): Promise<string> {
  const { body, sentEncoding = 'identity', keptEncoding = 'identity', pieceBytes, agoMs = 0 } = kept;
  const id = uuidV7(nowMs - agoMs);
  const receivedAt = new Date(nowMs - agoMs);
  const bytes = encoders[keptEncoding]?.(body) as Buffer;
  const pieces: Buffer[] = [];
  if (pieceBytes !== undefined) {
    for (let at = 0; at < bytes.length; at += pieceBytes) pieces.push(bytes.subarray(at, at + pieceBytes));
  }
  await insertPlainRow(query, 'raw_ingestions', person, {
    received_at: receivedAt,
    id,
    status: kept.status ?? 'stored',
    content_type: kept.contentType ?? 'application/json',
    sent_encoding: sentEncoding,
    kept_encoding: keptEncoding,
    sent_bytes: sentEncoding === 'identity' ? body.length : bytes.length,
    body_bytes: body.length,
    sha256: createHash('sha256').update(body).digest(),
    body: pieces.length > 0 ? null : bytes,
    piece_count: pieces.length,
    automation_name: 'Täglich',
    automation_aggregation: 'Days',
    session_id: 'S',
    account: kept.account ?? null,
    processing_ms: kept.account === undefined ? null : 12.5,
    finished_at: kept.account === undefined ? null : receivedAt,
  });
  for (const [piece, part] of pieces.entries()) {
    await insertPlainRow(query, 'raw_ingestion_pieces', person, {
      received_at: receivedAt,
      ingestion_id: id,
      piece,
      bytes: part,
    });
  }
  return id;
}

/** Without fetch, which would inflate by itself. */
function getRaw(path: string, person: Person, headers: Record<string, string> = {}, method = 'GET') {
  return new Promise<{ status: number; headers: Record<string, unknown>; bytes: Buffer }>((resolve, reject) => {
    const outgoing = request(`${query.url}${path}`, { method, headers: { 'x-api-key': person.key, ...headers } });
    outgoing.on('error', reject).on('response', (response) => {
      const chunks: Buffer[] = [];
      response
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('error', reject)
        .on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes: Buffer.concat(chunks) }),
        );
    });
    outgoing.end();
  });
}

const counts = { received: 3, stored: 1, updated: 0, unchanged: 1, rejected: 1 };
const account = {
  ...counts,
  metrics: { heart_rate: counts },
  rejections: [{ path: '/data/metrics/0/data/1', metric: 'heart_rate', reason: 'value_missing' }],
};

describe('ingestions', () => {
  let stored: string;
  let waiting: string;

  beforeAll(async () => {
    stored = await keep(query.me, { body: Buffer.from('{"data":{}}'), account, agoMs: 2000 });
    waiting = await keep(query.me, { body: Buffer.from('{}'), status: 'received', agoMs: 1000 });
    await keep(query.other, { body: Buffer.from('{}') });
  });

  const summary = () => ({
    id: stored,
    status: 'stored',
    receivedAt: new Date(nowMs - 2000).toISOString(),
    finishedAt: new Date(nowMs - 2000).toISOString(),
    errorCode: null,
    ...counts,
    processingMs: 12.5,
    bytes: { sent: 11, body: 11 },
    headers: {
      automationName: 'Täglich',
      automationId: null,
      automationPeriod: null,
      automationAggregation: 'Days',
      sessionId: 'S',
    },
  });

  test('are listed newest first, with the totals of their accounts', async () => {
    const { status, body } = await query.get('/v1/ingestions');
    expect(status).toBe(200);
    expect(body.ingestions).toHaveLength(2);
    expect(body.ingestions[0]).toMatchObject({ id: waiting, status: 'received', received: null, processingMs: null });
    expect(body.ingestions[1]).toEqual(summary());
    expect(body.nextCursor).toBeNull();
  });

  test('are paged and chosen by status', async () => {
    const first = (await query.get('/v1/ingestions?limit=1')).body;
    const second = (await query.get(`/v1/ingestions?limit=1&cursor=${first.nextCursor}`)).body;
    expect([first.ingestions[0].id, second.ingestions[0].id]).toEqual([waiting, stored]);
    expect(second.nextCursor).toBeNull();
    const { body } = await query.get('/v1/ingestions?status=stored');
    expect(body.ingestions.map(({ id }: { id: string }) => id)).toEqual([stored]);
    expect((await query.get('/v1/ingestions?status=lost')).body.code).toBe('query_invalid');
  });

  test('have an account', async () => {
    const { status, body } = await query.get(`/v1/ingestions/${stored}`);
    expect(status).toBe(200);
    expect(body).toEqual({
      ...summary(),
      metrics: account.metrics,
      rejections: account.rejections,
      contentType: 'application/json',
      sha256: createHash('sha256').update('{"data":{}}').digest('hex'),
    });
    expect((await query.get(`/v1/ingestions/${waiting}`)).body).toMatchObject({ metrics: {}, rejections: [] });
  });

  test('belong to one user', async () => {
    for (const path of [`/v1/ingestions/${stored}`, `/v1/ingestions/${stored}/raw`]) {
      expect(await query.get(path, query.other)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    }
  });

  test.each([
    'x',
    '0190a5b2-0000-4000-8000-000000000000',
    'ffffffff-ffff-7fff-bfff-ffffffffffff',
    '00000000-0000-7000-8000-000000000000',
  ])('%s is none', async (id) => {
    for (const path of [`/v1/ingestions/${id}`, `/v1/ingestions/${id}/raw`]) {
      expect(await query.get(path)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    }
  });
});

describe('the bytes of an ingestion', () => {
  // Hardly compressible, so that there are several pieces of every encoding.
  const body = Buffer.from(
    JSON.stringify({
      data: { metrics: Array.from({ length: 4000 }, (_, i) => createHash('md5').update(`${i}`).digest('hex')) },
    }),
  );

  test.each([
    ['in the row', { body, keptEncoding: 'identity' }],
    ['compressed by us', { body, keptEncoding: 'br' }],
    ['in pieces', { body, keptEncoding: 'identity', pieceBytes: 40_000 }],
    ['in pieces, compressed by us', { body, keptEncoding: 'br', pieceBytes: 30_000 }],
    ['of nothing', { body: Buffer.alloc(0) }],
    ['broken as they were', { body: Buffer.from([0xff, 0xfe, 0x00, 0x7b]) }],
  ])('%s come back as they were sent', async (_where, kept: Kept) => {
    const id = await keep(query.me, kept);
    const { status, headers, bytes } = await getRaw(`/v1/ingestions/${id}/raw`, query.me, {
      'accept-encoding': 'br, gzip',
    });
    expect(status).toBe(200);
    expect(bytes.equals(kept.body)).toBe(true);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': String(kept.body.length),
      'cache-control': 'private, no-store',
      etag: `"${createHash('sha256').update(kept.body).digest('hex')}"`,
    });
    expect(headers).not.toHaveProperty('content-encoding');
  });

  test.each([
    ['gzip', gunzipSync],
    ['br', brotliDecompressSync],
  ])(
    'that were sent as %s come back in those very bytes to who takes them, else inflated',
    async (encoding, inflate) => {
      for (const pieceBytes of [undefined, 30_000]) {
        const id = await keep(query.me, {
          body,
          sentEncoding: encoding,
          keptEncoding: encoding,
          ...(pieceBytes === undefined ? {} : { pieceBytes }),
        });
        const path = `/v1/ingestions/${id}/raw`;
        const same = await getRaw(path, query.me, { 'accept-encoding': `deflate, ${encoding};q=0.5` });
        const sent = encoders[encoding]?.(body) as Buffer;
        expect(same.headers).toMatchObject({ 'content-encoding': encoding, 'content-length': String(sent.length) });
        expect(same.headers['vary']).toBe('Accept-Encoding');
        expect(same.bytes.equals(sent)).toBe(true);
        expect(inflate(same.bytes).equals(body)).toBe(true);

        for (const headers of [{}, { 'accept-encoding': `${encoding};q=0` }] as Record<string, string>[]) {
          const inflated = await getRaw(path, query.me, headers);
          expect(inflated.headers).not.toHaveProperty('content-encoding');
          expect(inflated.headers['content-length']).toBe(String(body.length));
          expect(inflated.headers['etag']).not.toBe(same.headers['etag']);
          expect(inflated.bytes.equals(body)).toBe(true);
        }
      }
    },
  );

  test('keep the content type that they were sent with', async () => {
    const contentType = 'application/vnd.hae+json; charset=UTF-8';
    const id = await keep(query.me, { body: Buffer.from('{}'), contentType });
    expect((await getRaw(`/v1/ingestions/${id}/raw`, query.me)).headers['content-type']).toBe(contentType);
    const without = await keep(query.me, { body: Buffer.from('{}'), contentType: '' });
    expect((await getRaw(`/v1/ingestions/${without}/raw`, query.me)).headers['content-type']).toBe('application/json');
  });

  test('are not given while they arrive', async () => {
    const id = await keep(query.me, { body, status: 'receiving', pieceBytes: 40_000 });
    expect(await query.get(`/v1/ingestions/${id}/raw`)).toMatchObject({ status: 409, body: { code: 'not_received' } });
  });

  test('are read piece by piece, and only for who wants to have them', async () => {
    const id = await keep(query.me, { body, pieceBytes: 20_000 });
    const pieces = () => query.statements.filter(({ sql }) => sql.includes('raw_ingestion_pieces')).length;
    const before = pieces();
    const { status, headers } = await getRaw(`/v1/ingestions/${id}/raw`, query.me, {}, 'HEAD');
    expect([status, headers['content-length']]).toEqual([200, String(body.length)]);
    expect(pieces()).toBe(before);
    await getRaw(`/v1/ingestions/${id}/raw`, query.me);
    expect(pieces()).toBe(before + Math.ceil(body.length / 20_000));
  });

  test('end in a broken connection, never in a short answer, when a piece is lost', async () => {
    const id = await keep(query.me, { body, pieceBytes: 20_000 });
    await query.sql('DELETE FROM raw_ingestion_pieces WHERE ingestion_id = $1 AND piece = 2', [id]);
    await expect(getRaw(`/v1/ingestions/${id}/raw`, query.me)).rejects.toThrow(/aborted|hang up|ECONNRESET/);
    expect((await query.get('/v1/ingestions?limit=1')).status).toBe(200);
  });

  test('hold no connection while a slow reader takes them', async () => {
    // 40 MB: more than the buffers of a connection take.
    const id = await keep(query.me, { body: Buffer.alloc(40_000_000, 'x'), pieceBytes: 1_000_000 });
    const readers = Array.from({ length: 8 }, () => {
      const outgoing = request(`${query.url}/v1/ingestions/${id}/raw`, { headers: { 'x-api-key': query.me.key } });
      outgoing.on('response', (response) => response.pause()).on('error', () => undefined);
      outgoing.end();
      return outgoing;
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await query.get('/v1/ingestions?limit=1')).status).toBe(200);
    for (const reader of readers) reader.destroy();
  });
});
