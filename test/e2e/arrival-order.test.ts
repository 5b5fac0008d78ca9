import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oneMetric } from '../support/health-export';
import { type Service, startService } from '../support/service';

const steps = (qty: number) =>
  oneMetric('step_count', 'count', { date: '2026-03-03 00:00:00 +0000', qty, source: 'Watch' });

describe('payloads of one user', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.stop());

  it('are ordered by their arrival: an older one whose body takes long never overwrites a newer one', async () => {
    const phone = await service.newPhone();
    const body = Buffer.from(JSON.stringify(steps(100)));
    const older = request({
      port: service.port,
      method: 'POST',
      path: '/v1/ingest',
      headers: { 'x-api-key': phone.key, 'content-type': 'application/json', 'content-length': body.length },
    });
    older.write(body.subarray(0, 10));
    const drawn = "SELECT 1 FROM pg_sequences WHERE sequencename = 'ingestion_seq' AND last_value IS NOT NULL";
    await expect.poll(() => service.sql(drawn)).toHaveLength(1);
    expect((await phone.post(steps(9000))).json).toMatchObject({ stored: 1 });
    older.end(body.subarray(10));
    const [reply] = (await once(older, 'response')) as [IncomingMessage];
    expect(JSON.parse(await text(reply))).toMatchObject({ updated: 0, unchanged: 1 });
    const { json } = await phone.get<{ samples: { value: number }[] }>('/v1/metrics/step_count');
    expect(json.samples.map(({ value }) => value)).toEqual([9000]);
  });

  it('wait for one another without keeping anybody else waiting', async () => {
    const [alice, bob] = await Promise.all([service.newPhone(), service.newPhone()]);
    const large = oneMetric(
      'step_count',
      'count',
      ...Array.from({ length: 60_000 }, (_, i) => ({
        date: new Date(1_700_000_000_000 + i * 61_000).toISOString(),
        qty: i,
      })),
    );
    const all = [alice.post(large), ...Array.from({ length: 30 }, (_, i) => alice.post(steps(i)))];
    expect((await bob.get('/v1/metrics')).status).toBe(200);
    for (const { status } of await Promise.all(all)) expect(status).toBe(200);
  });
});
