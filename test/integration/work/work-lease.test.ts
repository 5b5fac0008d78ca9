import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { IngestionKey } from '../../../src/database/ingestion-key';
import { PieceRepository } from '../../../src/database/piece.repository';
import { type ClaimedWork, LeaseLostError } from '../../../src/database/work/claimed-work';
import { WorkRepository } from '../../../src/database/work/work.repository';
import { WorkLeaseRepository } from '../../../src/database/work/work-lease.repository';
import { insertOpenWork } from '../../support/open-work';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { type OpenDatabase, openDatabase } from '../database/open-database';

const leaseMs = 60_000;

let place: TestDatabase;
let open: OpenDatabase;
let owner: Client;
let leases: WorkLeaseRepository;
let work: WorkRepository;
let key: IngestionKey;

beforeAll(async () => {
  place = await createTestDatabase();
  open = await openDatabase(place.url);
  owner = new Client({ connectionString: place.ownerUrl });
  await owner.connect();
  leases = new WorkLeaseRepository(open.database);
  work = new WorkRepository(open.database, new PieceRepository(open.database));
});

afterAll(async () => {
  await owner.end();
  await open.close();
  await place.drop();
});

beforeEach(async () => {
  await owner.query('DELETE FROM ingestion_work');
  key = await insertOpenWork(owner);
});

async function row(): Promise<Record<string, unknown> | undefined> {
  const { rows } = await owner.query(
    `SELECT *, due_at > now() AS is_delayed, lease_until > now() AS is_held FROM ingestion_work WHERE ingestion_id = $1`,
    [key.id],
  );
  return rows[0];
}

async function claimed(): Promise<ClaimedWork> {
  const claim = await leases.claim(key, leaseMs);
  if (claim === null) throw new Error('nobody could claim it');
  return claim;
}

const endLease = () => owner.query('UPDATE ingestion_work SET lease_until = now()');
const progress = { bytesDone: 5, samplesDone: 3, workedMs: 7.5 };

test('of ten who claim work at once one has it', async () => {
  const claims = await Promise.all(Array.from({ length: 10 }, () => leases.claim(key, leaseMs)));
  expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
  expect(await row()).toMatchObject({ attempts: 1, claims: 1, is_held: true });
  expect(await work.findDue(10)).toEqual([]);
});

test('what is not due, still arrives, or is done cannot be claimed, and is not found', async () => {
  const [delayed, receiving] = [
    await insertOpenWork(owner, { dueInMs: 60_000 }),
    await insertOpenWork(owner, { kind: 'receive' }),
  ];
  for (const other of [delayed, receiving, { ...key, userId: delayed.userId }]) {
    expect(await leases.claim(other, leaseMs)).toBeNull();
  }
  expect((await work.findDue(10)).map(({ id }) => id)).toEqual([key.id]);
});

test('whoever comes after a lease has ended continues where the other one stopped, and the other one writes no more', async () => {
  const first = await claimed();
  expect(first.checkpoint).toBeNull();
  const { database } = open;
  await database.inTransaction([key.userId], (tx) => leases.saveCheckpoint(tx, first, leaseMs, { parts: 4 }, progress));
  await endLease();
  expect((await work.findDue(10)).map(({ id, claims }) => ({ id, claims }))).toEqual([{ id: key.id, claims: 1 }]);
  // An ended lease holds until somebody else comes.
  await leases.renew(first, leaseMs);
  expect(await leases.claim(key, leaseMs)).toBeNull();
  await endLease();
  const second = await claimed();
  expect(second).toMatchObject({ checkpoint: { parts: 4 }, progress, attempts: 2 });

  const sql = `UPDATE users SET name = 'written by who lost' WHERE id = $1`;
  const late = database.inTransaction([key.userId], async (tx) => {
    await tx.query(sql, [key.userId]);
    await leases.saveCheckpoint(tx, first, leaseMs, { parts: 5 }, progress);
  });
  await expect(late).rejects.toThrow(LeaseLostError);
  for (const attempt of [
    () => leases.renew(first, leaseMs),
    () => leases.postpone(first, 0, true),
    () => leases.park(first, 'x', 'x'),
    () => leases.startOver(first),
    () => database.inTransaction([key.userId], (tx) => leases.close(tx, first)),
  ]) {
    await expect(attempt()).rejects.toThrow(LeaseLostError);
  }
  expect(await row()).toMatchObject({ holder: second.holder, checkpoint: { parts: 4 } });
  const { rows } = await owner.query('SELECT name FROM users WHERE id = $1', [key.userId]);
  expect(rows).toEqual([{ name: 'one with work' }]);
});

test('a claim waits for a part that is being committed, and does not have the work then', async () => {
  const first = await claimed();
  await endLease();
  let second: Promise<ClaimedWork | null> | undefined;
  await open.database.inTransaction([key.userId], async (tx) => {
    await leases.saveCheckpoint(tx, first, leaseMs, { parts: 1 }, progress);
    second = leases.claim(key, leaseMs);
    // It is under way, on its own connection, until this one is committed.
    await owner.query('SELECT pg_sleep(0.2)');
  });
  expect(await second).toBeNull();
});

test('who comes further begins to count attempts anew; who is interrupted does not count', async () => {
  for (let times = 0; times < 3; times++) {
    await leases.postpone(await claimed(), 0, true);
  }
  const claim = await claimed();
  expect(claim.attempts).toBe(4);
  await open.database.inTransaction([key.userId], (tx) => leases.saveCheckpoint(tx, claim, leaseMs, {}, progress));
  await leases.postpone(claim, 0, false);
  expect(await row()).toMatchObject({ attempts: 0, claims: 4, holder: null, lease_until: null, is_delayed: false });
  await leases.postpone(await claimed(), 60_000, true);
  expect(await row()).toMatchObject({ attempts: 1, is_delayed: true });
});

test('parking ends the work and says why in the ingestion, in one step', async () => {
  await leases.park(await claimed(), 'json_malformed', 'Not legal JSON: at byte 7 or soon after.');
  expect(await row()).toBeUndefined();
  const { rows } = await owner.query(
    `SELECT status, error_code, error_detail, attempts, finished_at >= received_at AS has_ended,
            (SELECT count(*)::int FROM raw_ingestion_pieces p WHERE p.ingestion_id = i.id) AS pieces
       FROM raw_ingestions i WHERE id = $1`,
    [key.id],
  );
  const detail = 'Not legal JSON: at byte 7 or soon after.';
  expect(rows).toEqual([
    { status: 'parked', error_code: 'json_malformed', error_detail: detail, attempts: 1, has_ended: true, pieces: 1 },
  ]);
});

test('a body that has arrived is not discarded by whoever does not know that it has', async () => {
  const { database } = open;
  const rows = async () =>
    (await owner.query('SELECT FROM raw_ingestion_pieces WHERE ingestion_id = $1', [key.id])).rows.length;
  await database.inTransaction([key.userId], (tx) => work.discardReceive(tx, key));
  expect([await row(), await rows()]).toMatchObject([{ kind: 'derive' }, 1]);
  key = await insertOpenWork(owner, { kind: 'receive', dueInMs: 60_000 });
  await database.inTransaction([key.userId], (tx) => work.discardReceive(tx, key));
  expect([await row(), await rows()]).toEqual([undefined, 0]);
  // It is gone for whoever still sends.
  const more = database.inTransaction([key.userId], (tx) => work.pushReceive(tx, key, 60_000));
  await expect(more).rejects.toMatchObject({ status: 503, code: 'body_abandoned' });
});

test('work is opened once, with the transaction that opens it', async () => {
  await owner.query('DELETE FROM ingestion_work');
  const { database } = open;
  const { userId, id, receivedAtMs } = key;
  const enqueue = () =>
    database.inTransaction([userId], (tx) => work.enqueue(tx, userId, id, new Date(receivedAtMs), 'derive'));
  expect(await Promise.all([enqueue(), enqueue()]).then((opened) => opened.sort())).toEqual([false, true]);
  const undone = database.inTransaction([userId], async (tx) => {
    await tx.query('DELETE FROM ingestion_work');
    await work.enqueue(tx, userId, id, new Date(receivedAtMs), 'rederive');
    throw new Error('undone');
  });
  await expect(undone).rejects.toThrow('undone');
  expect(await row()).toMatchObject({ kind: 'derive', attempts: 0, is_delayed: false });
});
