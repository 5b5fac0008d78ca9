import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';

/** What a command is run on: a database, with a connection of its owner, and a data directory. */
export interface CliPlace {
  readonly database: TestDatabase;
  readonly dataDir: string;
  readonly owner: Client;
  /** Takes all of it away. */
  close(): Promise<void>;
}

/** Makes a place of this test's own. */
export async function openCliPlace(): Promise<CliPlace> {
  const [database, dataDir] = await Promise.all([createTestDatabase(), mkdtemp(join(tmpdir(), 'cli-'))]);
  const owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
  return {
    database,
    dataDir,
    owner,
    async close() {
      await owner.end();
      await database.drop();
      await rm(dataDir, { recursive: true });
    },
  };
}
