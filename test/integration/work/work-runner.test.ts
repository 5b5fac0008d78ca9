import { Client } from 'pg';
import { register } from 'prom-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type WorkHandler, WorkHandlers } from '../../../src/batch/work/work-handlers';
import { WorkRunner } from '../../../src/batch/work/work-runner.service';
import { Problem } from '../../../src/common/problem';
import { DatabaseService } from '../../../src/database/database.service';
import type { IngestionKey } from '../../../src/database/ingestion-key';
import { WorkLeaseRepository } from '../../../src/database/work/work-lease.repository';
import { insertOpenWork } from '../../support/open-work';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { until } from '../../support/until';
import { type OpenBatch, openBatch } from '../batch/open-batch';

const env = { SWEEP_INTERVAL_MS: '50', WORK_LEASE_MS: '1000', POOL_MAX: '16' };

let place: TestDatabase;
let owner: Client;
let opened: OpenBatch[];

beforeAll(async () => {
  place = await createTestDatabase();
  owner = new Client({ connectionString: place.ownerUrl });
  await owner.connect();
});

afterAll(async () => {
  await owner.end();
  await place.drop();
});

beforeEach(async () => {
  opened = [];
  await owner.query('TRUNCATE ingestion_work, raw_ingestions, raw_ingestion_pieces');
});

afterEach(() => Promise.all(opened.map((each) => each.closeMs())));

/** A process without Redis, which finds its work by itself. */
async function openWorker(handler: WorkHandler, more: Readonly<Record<string, string>> = {}): Promise<OpenBatch> {
  const worker = await openBatch(place, null, { handler, env: { ...env, ...more } });
  opened.push(worker);
  return worker;
}

/** Does work as a handler has to: closes it in the transaction that says that it is done. */
function finishing({ app }: OpenBatch): WorkHandler {
  return (claim) =>
    app.get(DatabaseService, { strict: false }).inTransaction([claim.userId], async (tx) => {
      await app.get(WorkLeaseRepository, { strict: false }).close(tx, claim);
      await tx.query(`UPDATE raw_ingestions SET status = 'stored' WHERE user_id = $1`, [claim.userId]);
    });
}

async function workOf({ id }: IngestionKey): Promise<Record<string, unknown> | undefined> {
  const { rows } = await owner.query(
    `SELECT attempts, claims, holder, due_at > now() AS is_delayed FROM ingestion_work WHERE ingestion_id = $1`,
    [id],
  );
  return rows[0];
}

/** Attempts so far that were not the first one at their work. */
async function retries(): Promise<number> {
  const counted = await register.getSingleMetric('health_export_queue_retries_total')?.get();
  return counted?.values.find(({ labels }) => labels['queue'] === 'ingestion-work')?.value ?? 0;
}

async function stateOf({ id }: IngestionKey): Promise<Record<string, unknown>> {
  const { rows } = await owner.query('SELECT status, error_code, attempts FROM raw_ingestions WHERE id = $1', [id]);
  return rows[0];
}

test('five processes and twenty pieces of work: each is done once, at most two at a time in a process', async () => {
  const keys: IngestionKey[] = [];
  for (let n = 0; n < 20; n++) keys.push(await insertOpenWork(owner));
  const done: string[] = [];
  const most: number[] = [];
  for (let process = 0; process < 5; process++) {
    let now = 0;
    most.push(0);
    const worker: OpenBatch = await openWorker(async (claim, signal) => {
      most[process] = Math.max(most[process] ?? 0, ++now);
      await new Promise((resolve) => setTimeout(resolve, 20));
      await finishing(worker)(claim, signal);
      done.push(claim.id);
      now--;
    });
  }
  await until(() => done.length >= keys.length);
  expect([...done].sort()).toEqual(keys.map(({ id }) => id).sort());
  expect(Math.max(...most)).toBeLessThanOrEqual(2);
  expect((await owner.query('SELECT FROM ingestion_work')).rows).toEqual([]);
});

test('takes a quarter of the pool at most', async () => {
  const slots = async (more: Readonly<Record<string, string>>) =>
    (await openWorker(() => Promise.resolve(), more)).app.get(WorkRunner, { strict: false }).slots;
  expect(await slots({ POOL_MAX: '3', WORK_CONCURRENCY: '5' })).toBe(1);
  expect(await slots({ POOL_MAX: '24', WORK_CONCURRENCY: '5' })).toBe(3);
  expect(await slots({ POOL_MAX: '100', WORK_CONCURRENCY: '5' })).toBe(5);
});

describe('an attempt that fails', () => {
  test('is tried again after a pause, and parked after eight, with what it was', async () => {
    const key = await insertOpenWork(owner);
    const retriesBefore = await retries();
    let attempts = 0;
    await openWorker(() => {
      attempts++;
      return Promise.reject(new TypeError('61.5 is a health value'));
    });
    for (let attempt = 1; attempt < 8; attempt++) {
      // ORDER: a row that was read before the attempt has no holder either.
      await until(async () => attempts === attempt && (await workOf(key))?.['holder'] === null);
      expect(await workOf(key)).toEqual({ attempts: attempt, claims: attempt, holder: null, is_delayed: true });
      await owner.query('UPDATE ingestion_work SET due_at = now()');
    }
    await until(async () => (await stateOf(key))['status'] === 'parked');
    expect((await retries()) - retriesBefore).toBe(7);
    expect(await stateOf(key)).toEqual({ status: 'parked', error_code: 'processing_failed', attempts: 8 });
    expect(attempts).toBe(8);
    expect(opened[0]?.complaints.join()).not.toContain('61.5');
  });

  test('because it was refused is parked at once', async () => {
    const key = await insertOpenWork(owner);
    await openWorker(() => Promise.reject(new Problem(409, 'too_many_metrics', 'Too many.')));
    await until(async () => (await stateOf(key))['status'] === 'parked');
    expect(await stateOf(key)).toEqual({ status: 'parked', error_code: 'too_many_metrics', attempts: 1 });
  });

  test('because the database was not there does not count', async () => {
    const key = await insertOpenWork(owner);
    let attempts = 0;
    await openWorker(() => {
      attempts++;
      return Promise.reject(Object.assign(new Error('gone'), { code: 'ECONNREFUSED' }));
    });
    for (let attempt = 1; attempt < 12; attempt++) {
      await until(async () => attempts === attempt && (await workOf(key))?.['is_delayed'] === true);
      await owner.query('UPDATE ingestion_work SET due_at = now()');
    }
    expect(await workOf(key)).toMatchObject({ attempts: 0 });
  });

  test('because its process died, again and again, is given up', async () => {
    const key = await insertOpenWork(owner);
    await owner.query('UPDATE ingestion_work SET attempts = 8, claims = 8, lease_until = now(), holder = user_id');
    await openWorker(() => Promise.reject(new Error('nobody should try')));
    await until(async () => (await stateOf(key))['status'] === 'parked');
    expect(await stateOf(key)).toMatchObject({ error_code: 'processing_interrupted' });
  });
});

describe('a lease', () => {
  test('is renewed while the work takes longer than it', async () => {
    const key = await insertOpenWork(owner);
    let begun = 0;
    let end = (): void => undefined;
    const worker: OpenBatch = await openWorker(async (claim, signal) => {
      begun++;
      await new Promise<void>((resolve) => {
        end = resolve;
      });
      await finishing(worker)(claim, signal);
    });
    await openWorker(() => Promise.reject(new Error('it is held')));
    await until(() => begun === 1);
    const leaseOf = async () => (await owner.query('SELECT lease_until FROM ingestion_work')).rows[0].lease_until;
    const first: Date = await leaseOf();
    await until(async () => (await leaseOf()) - first.getTime() > 1500);
    end();
    await until(async () => (await stateOf(key))['status'] === 'stored');
    expect(begun).toBe(1);
  });

  test('that is lost interrupts the work, which leaves no trace', async () => {
    const key = await insertOpenWork(owner);
    let reason: unknown;
    await openWorker(
      (_claim, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reason = signal.reason;
            reject(new Error('interrupted'));
          });
        }),
    );
    await until(async () => (await workOf(key))?.['holder'] !== null);
    const other = `UPDATE ingestion_work SET holder = gen_random_uuid(), lease_until = now() + interval '1 hour'`;
    await owner.query(other);
    await until(() => reason !== undefined);
    expect(reason).toMatchObject({ name: 'LeaseLostError' });
    expect(await workOf(key)).toMatchObject({ attempts: 1, is_delayed: false });
  });

  test('is given back at once when the process stops, and the attempt does not count', async () => {
    const key = await insertOpenWork(owner);
    const stopping = await openWorker(
      (_claim, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    await until(async () => (await workOf(key))?.['holder'] !== null);
    opened = [];
    await stopping.closeMs();
    expect(await workOf(key)).toEqual({ attempts: 0, claims: 1, holder: null, is_delayed: false });
  });
});

test('a body that stopped to arrive is removed with all there is of it, and no other one', async () => {
  const stale = [await insertOpenWork(owner, { kind: 'receive' }), await insertOpenWork(owner, { kind: 'receive' })];
  const arriving = await insertOpenWork(owner, { kind: 'receive', dueInMs: 60_000 });
  await Promise.all([1, 2, 3].map(() => openWorker(() => Promise.reject(new Error('there is nothing to do')))));
  for (const { id } of stale) {
    await until(async () => (await owner.query('SELECT FROM raw_ingestions WHERE id = $1', [id])).rows.length === 0);
  }
  for (const table of ['ingestion_work', 'raw_ingestion_pieces']) {
    const { rows } = await owner.query(`SELECT ingestion_id FROM ${table}`);
    expect(rows).toEqual([{ ingestion_id: arriving.id }]);
  }
  expect((await owner.query('SELECT id FROM raw_ingestions')).rows).toEqual([{ id: arriving.id }]);
});

test('how it is done must be registered, once', async () => {
  const { app } = await openWorker(() => Promise.resolve());
  const handlers = app.get(WorkHandlers, { strict: false });
  expect(() => handlers.register('derive', () => Promise.resolve())).toThrow('two modules register how to derive');
  const none = new WorkHandlers();
  none.register('derive', () => Promise.resolve());
  expect(() => none.onApplicationBootstrap()).toThrow('no module registers how to rederive');
});
