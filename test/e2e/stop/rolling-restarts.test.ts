import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { oneMetric } from '../../support/health-export';
import type { Phone } from '../../support/phone';
import { Replica } from '../../support/replica';
import { RoundRobin } from '../../support/round-robin';
import { type Service, startService } from '../../support/service';
import { until } from '../../support/until';

/** Rounds in which both replicas are restarted, one after the other: 4 restarts, or as many as ROLLING_RESTARTS says. */
const rounds = Number(process.env['ROLLING_RESTARTS'] ?? 4) / 2;
const writers = 12;
const readers = 4;

/** Makes users and keys and looks into the database; nobody sends to it. */
let service: Service;
let phones: Phone[];
let replicas: Replica[];

beforeAll(async () => {
  service = await startService();
  phones = await service.newPhones(writers + readers);
  const parts = {
    databaseUrl: service.place.database.url,
    redisUrl: inject('redisUrl'),
    // Longer than it takes the clients to hear of it.
    env: { DRAIN_DELAY_MS: '1000' },
  };
  replicas = [await Replica.create(parts), await Replica.create(parts)];
  await Promise.all(replicas.map((replica) => replica.start()));
}, 180_000);

afterAll(async () => {
  for (const replica of replicas ?? []) await replica.remove();
  await service?.stop();
});

test('two replicas restarted in turn under load: not one request fails, and all that was answered is stored', {
  timeout: 900_000,
}, async () => {
  const clients = new RoundRobin(replicas);
  let sent = 0;
  for (const { key } of phones.slice(0, writers)) {
    clients.startClient(() => {
      const date = new Date(Date.UTC(2024, 0, 1) + sent++ * 1000).toISOString();
      const body = oneMetric('step_count', 'count', {
        date: `${date.slice(0, 10)} ${date.slice(11, 19)} +0000`,
        qty: 1,
      });
      const headers = { 'x-api-key': key, 'content-type': 'application/json' };
      return { method: 'POST', path: '/v1/ingest', headers, body: Buffer.from(JSON.stringify(body)) };
    });
  }
  for (const { key } of phones.slice(writers)) {
    clients.startClient(() => ({ method: 'GET', path: '/v1/metrics', headers: { 'x-api-key': key } }));
  }
  try {
    for (let round = 0; round < rounds; round++) {
      for (const [i, replica] of replicas.entries()) {
        expect(await replica.stop()).toBe(0);
        await replica.start();
        await until(() => clients.sendsTo(i));
        const before = clients.answered;
        await until(() => clients.answered >= before + 20, 60_000);
        await delay(50);
      }
      expect(clients.failures).toEqual([]);
    }
  } finally {
    await clients.stop();
  }
  expect(clients.failures).toEqual([]);
  const [row] = await service.sql<{ rows: string }>('SELECT count(*) AS rows FROM quantity_metrics');
  // Each writer's samples have instants of their own, so each answered request is a row.
  expect(Number(row?.rows)).toBe(sent);
});
