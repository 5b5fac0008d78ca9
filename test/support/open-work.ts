import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { uuidV7 } from '../../src/common/uuid';
import type { IngestionKey } from '../../src/database/ingestion-key';

/** Inserts an ingestion with open work that is due, as the owner of the database: its body is one piece. */
export async function insertOpenWork(
  owner: Pick<Client, 'query'>,
  { kind = 'derive', dueInMs = 0 }: { readonly kind?: string; readonly dueInMs?: number } = {},
): Promise<IngestionKey> {
  const receivedAtMs = Date.now();
  const key = { userId: randomUUID(), id: uuidV7(receivedAtMs), receivedAtMs };
  const values = [key.userId, new Date(receivedAtMs).toISOString(), key.id];
  await owner.query(`INSERT INTO users (id, name) VALUES ($1, 'one with work')`, [key.userId]);
  await owner.query(
    `INSERT INTO raw_ingestions (user_id, received_at, id, status, kept_encoding, sent_bytes, body_bytes, sha256, piece_count)
     VALUES ($1, $2, $3, $4, 'identity', 2, 2, '', 1)`,
    [...values, kind === 'receive' ? 'receiving' : 'received'],
  );
  await owner.query(
    `INSERT INTO raw_ingestion_pieces (user_id, received_at, ingestion_id, piece, bytes) VALUES ($1, $2, $3, 0, '{}')`,
    values,
  );
  await owner.query(
    `INSERT INTO ingestion_work (user_id, received_at, ingestion_id, kind, due_at)
     VALUES ($1, $2, $3, $4, now() + $5 * interval '1 ms')`,
    [...values, kind, dueInMs],
  );
  return key;
}
