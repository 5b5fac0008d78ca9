import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { digestSecret, generateApiKey } from '../../../src/identity/api-key';
import { pepperOf } from '../../../src/identity/pepper';

/** A user with a key. */
export interface BenchUser {
  readonly userId: string;
  /** The key's text, as it is sent. */
  readonly key: string;
}

/** Where users are made. */
interface Servers {
  connect(role: 'owner'): Promise<Client>;
}

/** Makes users with a key each, in two statements: thousands would take minutes one by one. */
export async function createUsers(servers: Servers, count: number): Promise<BenchUser[]> {
  const made = Array.from({ length: count }, () => ({ userId: randomUUID(), ...generateApiKey() }));
  const userIds = made.map(({ userId }) => userId);
  const pepper = pepperOf({ keyPepper: undefined });
  const client = await servers.connect('owner');
  await client.query(`INSERT INTO users (id, name) SELECT id, 'bench' FROM unnest($1::uuid[]) AS id`, [userIds]);
  await client.query(
    `INSERT INTO api_keys (user_id, key_id, name, digest, scopes)
     SELECT user_id, key_id, 'bench', digest, ARRAY['ingest:write', 'read', 'export']
       FROM unnest($1::uuid[], $2::text[], $3::bytea[]) AS k(user_id, key_id, digest)`,
    [userIds, made.map(({ keyId }) => keyId), made.map(({ secret }) => digestSecret(secret, pepper))],
  );
  // A table that was filled at once has no statistics yet, and its plans would be a matter of luck.
  await client.query('ANALYZE users, api_keys');
  await client.end();
  return made.map(({ userId, text }) => ({ userId, key: text }));
}
