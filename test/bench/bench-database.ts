import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Pool } from 'pg';
import { loadSettings } from '../../src/config/load-settings';
import { migrate, partitionOptionsNow } from '../../src/database/migrate';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/embedded/embedded-postgres';

const shownSettings = ['server_version', 'synchronous_commit', 'fsync', 'full_page_writes', 'shared_buffers'];

/** A migrated database on the service's own PostgreSQL, in a folder that is gone afterwards. */
export class BenchDatabase {
  private constructor(
    readonly url: string,
    readonly dataDir: string,
    private readonly postgres: EmbeddedPostgres,
  ) {}

  /** Starts it. */
  static async start(): Promise<BenchDatabase> {
    const dataDir = mkdtempSync(join(tmpdir(), 'health-export-bench-'));
    const postgres = await startEmbeddedPostgres({ dataDir, log: () => undefined });
    await migrate(postgres.url, partitionOptionsNow(loadSettings({})));
    return new BenchDatabase(postgres.url, dataDir, postgres);
  }

  /** A connection of the app role. */
  async connect(): Promise<Client> {
    const client = new Client({ connectionString: this.url, options: '-c role=health_export_app' });
    await client.connect();
    return client;
  }

  /** A pool of the owner, for what is measured against us. */
  ownerPool(max: number): Pool {
    return new Pool({ connectionString: this.url, max });
  }

  /** What makes a figure mean something. */
  async settings(): Promise<Record<string, string>> {
    const client = await this.connect();
    const { rows } = await client.query('SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS name', [
      shownSettings,
    ]);
    await client.end();
    return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  }

  /** Stops it and removes its folder. */
  async stop(): Promise<void> {
    await this.postgres.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
