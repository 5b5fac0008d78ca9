import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { inject } from 'vitest';

/** The migrated database with its partitions that every test database is a copy of. */
export const templateDatabase = 'health_export_template';

/** A database of one test's own. */
export interface TestDatabase {
  /** As its owner; the service's own pool takes the app role by itself. */
  readonly url: string;
  /** The same address, for what takes an owner's. */
  readonly ownerUrl: string;
  /** Ends all connections and drops it. */
  drop(): Promise<void>;
}

async function asAdmin(sql: string): Promise<void> {
  const client = new Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** A new database; empty with `{ empty: true }`, else a copy of the migrated template. */
export async function createTestDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await asAdmin(`CREATE DATABASE ${name} ${options.empty === true ? '' : `TEMPLATE ${templateDatabase}`}`);
  const url = new URL(inject('postgresUrl'));
  url.pathname = name;
  return {
    url: url.href,
    ownerUrl: url.href,
    drop: () => asAdmin(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}
