import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { encoders, type Kept, keepBody } from './keep-body';
import { type OpenQuery, openQuery, type Person } from './open-query';

let query: OpenQuery;

beforeAll(async () => {
  query = await openQuery();
});

afterAll(() => query?.close());

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
    const id = await keepBody(query, query.me, kept);
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
        const id = await keepBody(query, query.me, {
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
    const id = await keepBody(query, query.me, { body: Buffer.from('{}'), contentType });
    expect((await getRaw(`/v1/ingestions/${id}/raw`, query.me)).headers['content-type']).toBe(contentType);
    const without = await keepBody(query, query.me, { body: Buffer.from('{}'), contentType: '' });
    expect((await getRaw(`/v1/ingestions/${without}/raw`, query.me)).headers['content-type']).toBe('application/json');
  });

  test('are not given while they arrive', async () => {
    const id = await keepBody(query, query.me, { body, status: 'receiving', pieceBytes: 40_000 });
    expect(await query.get(`/v1/ingestions/${id}/raw`)).toMatchObject({ status: 409, body: { code: 'not_received' } });
  });

  test('are read piece by piece, and only for who wants to have them', async () => {
    const id = await keepBody(query, query.me, { body, pieceBytes: 20_000 });
    const pieces = () => query.statements.filter(({ sql }) => sql.includes('raw_ingestion_pieces')).length;
    const before = pieces();
    const { status, headers } = await getRaw(`/v1/ingestions/${id}/raw`, query.me, {}, 'HEAD');
    expect([status, headers['content-length']]).toEqual([200, String(body.length)]);
    expect(pieces()).toBe(before);
    await getRaw(`/v1/ingestions/${id}/raw`, query.me);
    expect(pieces()).toBe(before + Math.ceil(body.length / 20_000));
  });

  test('end in a broken connection, never in a short answer, when a piece is lost', async () => {
    const id = await keepBody(query, query.me, { body, pieceBytes: 20_000 });
    await query.sql('DELETE FROM raw_ingestion_pieces WHERE ingestion_id = $1 AND piece = 2', [id]);
    await expect(getRaw(`/v1/ingestions/${id}/raw`, query.me)).rejects.toThrow(/aborted|hang up|ECONNRESET/);
    expect((await query.get('/v1/ingestions?limit=1')).status).toBe(200);
  });

  test('hold no connection while a slow reader takes them', async () => {
    // 40 MB: more than the buffers of a connection take.
    const id = await keepBody(query, query.me, { body: Buffer.alloc(40_000_000, 'x'), pieceBytes: 1_000_000 });
    const readers = Array.from({ length: 8 }, () => {
      const outgoing = request(`${query.url}/v1/ingestions/${id}/raw`, { headers: { 'x-api-key': query.me.key } });
      outgoing.on('response', (response) => response.pause()).on('error', () => undefined);
      outgoing.end();
      return outgoing;
    });
    const taken = () => query.statements.filter(({ values }) => values.includes(id) && values.length === 4).length;
    const open =
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
    try {
      await vi.waitFor(() => expect(taken()).toBeGreaterThan(8), { timeout: 10_000 });
      // Once the buffers between the two ends are full, nothing is open and nothing more is read.
      await vi.waitFor(async () => expect(await query.sql(open)).toEqual([]), { timeout: 5000, interval: 100 });
      expect(taken()).toBeLessThan(8 * 40);
    } finally {
      for (const reader of readers) reader.destroy();
    }
  });
});
