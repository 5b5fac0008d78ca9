import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { everythingCount, exportOfEverything } from '../../support/export-of-everything';
import { metric, metricsBody, oneMetric, secondOf } from '../../support/health-export';
import type { AnswerBody, Counts } from '../../support/phone';
import { sendRequest } from '../../support/send-request';
import { type Service, startService } from '../../support/service';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const outcomes = ['stored', 'updated', 'unchanged', 'rejected'] as const;
const steps = (n: number, qty: unknown = n): unknown => ({ date: secondOf(n), qty, source: 'Watch' });

/** `received = stored + updated + unchanged + rejected`, in all and for each line, and the lines add up. */
function expectBalanced(account: AnswerBody): void {
  const lines: readonly Counts[] = [account, ...Object.values(account.metrics)];
  for (const line of lines) {
    expect(outcomes.reduce((sum, outcome) => sum + line[outcome], 0)).toBe(line.received);
  }
  for (const count of ['received', ...outcomes] as const) {
    expect(Object.values(account.metrics).reduce((sum, line) => sum + line[count], 0)).toBe(account[count]);
  }
  expect(account.rejections).toHaveLength(Math.min(account.rejected, 100));
}

/** The counters of samples, as an operator sees them. */
async function readCounters(): Promise<{ received: number; accounted: Record<string, number> }> {
  const { bytes } = await sendRequest({ port: service.port, method: 'GET', path: '/metrics' });
  const lines = bytes.toString().split('\n');
  const received = lines.find((line) => /^\w*ingest_samples_received_total(\{\})? /.test(line));
  const accounted = lines.flatMap((line) => {
    const match = /^\w*ingest_samples_accounted_total\{.*outcome="(\w+)".*\} (\d+)/.exec(line);
    return match === null ? [] : [[match[1], Number(match[2])]];
  });
  return { received: Number(received?.split(' ')[1] ?? 0), accounted: Object.fromEntries(accounted) };
}

describe('received points = stored + updated + unchanged + rejected(with reason)', () => {
  test('for every one of the eight arrays', async () => {
    const phone = await service.newPhone();
    for (const [change, outcome] of [
      [0, 'stored'],
      [0, 'unchanged'],
      [1, 'updated'],
    ] as const) {
      const { json } = await phone.post(exportOfEverything(change));
      expectBalanced(json);
      expect(json.received).toBe(everythingCount);
      // A sleep segment is nothing but its key, so it cannot be updated.
      expect(json[outcome]).toBe(everythingCount - (outcome === 'updated' ? 1 : 0));
    }
  });

  test('what is kept as a unit counts as one', async () => {
    const phone = await service.newPhone();
    const { json } = await phone.post(exportOfEverything());
    expect(json.metrics['workouts']).toMatchObject({ received: 2, stored: 2 });
    expect(json.metrics['ecg']).toMatchObject({ received: 1, stored: 1 });
  });

  test('with everything rejected in every array', async () => {
    const phone = await service.newPhone();
    const { data } = exportOfEverything();
    const bad = Object.fromEntries(Object.keys(data).map((name) => [name, [null, 7, 'x', []]]));
    const { status, json } = await phone.post({ data: bad });
    expect(status).toBe(200);
    expectBalanced(json);
    expect(json).toMatchObject({ received: 32, rejected: 32 });
  });

  test('more than 100 rejections: the first 100 are listed, all are counted', async () => {
    const phone = await service.newPhone();
    const points = Array.from({ length: 250 }, (_, n) => steps(n, n % 2 === 0 ? 'x' : n));
    const { json } = await phone.post(oneMetric('step_count', 'count', ...points));
    expectBalanced(json);
    expect(json).toMatchObject({ received: 250, stored: 125, rejected: 125 });
    expect(json.rejections.map(({ path }) => path)).toEqual(
      Array.from({ length: 100 }, (_, n) => `/data/metrics/0/data/${n * 2}`),
    );
  });

  test('paths are JSON pointers, also where a name has a slash, a tilde or a quote', async () => {
    const phone = await service.newPhone();
    const { json } = await phone.post({ data: { 'a/b~c"d': [1] } });
    expect(json.rejections).toEqual([{ path: '/data/a~1b~0c"d/0', metric: 'a/b~c"d', reason: 'unknown_kind' }]);
  });

  test('names of metrics that are members of every object are names like any other', async () => {
    const phone = await service.newPhone();
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'received'];
    const { status, json } = await phone.post(metricsBody(...names.map((name) => metric(name, 'x', [steps(1), null]))));
    expect(status).toBe(200);
    expectBalanced(json);
    expect(Object.keys(json.metrics).sort()).toEqual([...names].sort());
    expect(json).toMatchObject({ received: 10, stored: 5, rejected: 5 });
  });

  test('more different unknown metrics than one user may have: the rest is rejected, not lost', async () => {
    const phone = await service.newPhone();
    const blocks = Array.from({ length: 9000 }, (_, n) => metric(`strange_${n}`, 'x', [steps(1)]));
    const { status, json } = await phone.post(metricsBody(...blocks));
    expect(status).toBe(200);
    expectBalanced(json);
    expect(json.received).toBe(9000);
    expect(json.rejected).toBeGreaterThan(0);
    expect(new Set(json.rejections.map(({ reason }) => reason))).toEqual(new Set(['too_many_metrics']));
  });
});

describe('exposed', () => {
  test('per ingestion', async () => {
    const phone = await service.newPhone();
    const headers = {
      'automation-name': 'Täglich',
      'automation-id': '0F0F0F0F-0000-4000-8000-000000000001',
      'automation-aggregation': 'Days',
      'automation-period': 'Since Last Sync',
      'session-id': '0F0F0F0F-0000-4000-8000-000000000002',
    };
    const text = JSON.stringify({ data: { ...exportOfEverything().data, unheardOf: [1] } });
    const latin1 = Object.fromEntries(Object.entries(headers).map(([k, v]) => [k, Buffer.from(v).toString('latin1')]));
    const { json } = await phone.post(text, latin1);
    const answer = await phone.get<AnswerBody>(`/v1/ingestions/${json.ingestionId}`);
    expect(answer.status).toBe(200);
    const told = JSON.stringify(answer.json);
    for (const value of Object.values(headers)) expect(told).toContain(value);
    const { received, stored, updated, unchanged, rejected, metrics, rejections } = json;
    expect(answer.json).toMatchObject({ received, stored, updated, unchanged, rejected, metrics, rejections });
    const listed = await phone.get<{ ingestions: { id: string }[] }>('/v1/ingestions');
    expect(listed.json.ingestions).toHaveLength(1);
  });

  test('verbatim bytes come back, byte for byte', async () => {
    const phone = await service.newPhone();
    const text = `${JSON.stringify(exportOfEverything(), null, 3).replaceAll('/', '\\/')}\r\n `;
    const { json } = await phone.post(text);
    const raw = await sendRequest({
      port: service.port,
      method: 'GET',
      path: `/v1/ingestions/${json.ingestionId}/raw`,
      headers: { 'api-key': phone.key },
    });
    expect(raw.bytes.toString()).toBe(text);
  });

  test('as counters', async () => {
    const phone = await service.newPhone();
    const before = await readCounters();
    const blocks = [metric('step_count', 'count', [steps(1), steps(2), steps(1, 9), steps(2), null, null, null])];
    const { json } = await phone.post(metricsBody(...blocks));
    expect(json).toMatchObject({ received: 7, stored: 2, updated: 1, unchanged: 1, rejected: 3 });
    await phone.post('{"data":{"metrics":[{"data":[');
    const after = await readCounters();
    expect(after.received - before.received).toBe(7);
    const grown = outcomes.map((outcome) => [
      outcome,
      (after.accounted[outcome] ?? 0) - (before.accounted[outcome] ?? 0),
    ]);
    expect(Object.fromEntries(grown)).toEqual({ stored: 2, updated: 1, unchanged: 1, rejected: 3 });
  });
});
