import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keepBody, nowMs } from './keep-body';
import { type OpenQuery, openQuery } from './open-query';

let query: OpenQuery;

beforeAll(async () => {
  query = await openQuery();
});

afterAll(() => query?.close());

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
    stored = await keepBody(query, query.me, { body: Buffer.from('{"data":{}}'), account, agoMs: 2000 });
    waiting = await keepBody(query, query.me, { body: Buffer.from('{}'), status: 'received', agoMs: 1000 });
    await keepBody(query, query.other, { body: Buffer.from('{}') });
  });

  const summary = () => ({
    id: stored,
    status: 'stored',
    receivedAt: new Date(nowMs - 2000).toISOString(),
    finishedAt: new Date(nowMs - 2000).toISOString(),
    errorCode: null,
    errorDetail: null,
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
      isUnderWay: false,
      attempts: 0,
      nextAttemptAt: null,
      progress: null,
      metrics: account.metrics,
      rejections: account.rejections,
      contentType: 'application/json',
      sha256: createHash('sha256').update('{"data":{}}').digest('hex'),
    });
    expect((await query.get(`/v1/ingestions/${waiting}`)).body).toMatchObject({ metrics: {}, rejections: [] });
  });

  describe('with open work', () => {
    async function openWork(columns: string): Promise<Record<string, unknown>> {
      await query.sql('DELETE FROM ingestion_work');
      await query.sql(
        `INSERT INTO ingestion_work (user_id, received_at, ingestion_id, kind, due_at, ${columns.split(' = ')[0]})
         SELECT user_id, received_at, id, ${columns.split(' = ')[1]} FROM raw_ingestions WHERE id = $1`,
        [waiting],
      );
      const { isUnderWay, attempts, nextAttemptAt, progress } = (await query.get(`/v1/ingestions/${waiting}`)).body;
      return { isUnderWay, attempts, nextAttemptAt, progress };
    }

    afterAll(() => query.sql('DELETE FROM ingestion_work'));

    test('say when it is tried again, and that nothing is done', async () => {
      expect(await openWork(`attempts = 'derive', '2026-01-02T03:04:05.678Z', 3`)).toEqual({
        isUnderWay: true,
        attempts: 3,
        nextAttemptAt: '2026-01-02T03:04:05.678Z',
        progress: { bytesDone: 0, bytesTotal: 2, samplesDone: 0, samplesPerS: null, secondsLeft: null },
      });
    });

    test('say how far somebody has come', async () => {
      const columns = 'attempts, lease_until, bytes_done, samples_done, worked_ms';
      expect(await openWork(`${columns} = 'derive', now(), 1, now() + interval '1 hour', 1, 5000, 2500`)).toEqual({
        isUnderWay: true,
        attempts: 1,
        nextAttemptAt: null,
        progress: { bytesDone: 1, bytesTotal: 2, samplesDone: 5000, samplesPerS: 2000, secondsLeft: 3 },
      });
    });

    test('say nothing while the body arrives', async () => {
      expect(await openWork(`attempts = 'receive', now(), 0`)).toEqual({
        isUnderWay: false,
        attempts: 0,
        nextAttemptAt: null,
        progress: null,
      });
    });
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
