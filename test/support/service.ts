import { mkdtemp, rm } from 'node:fs/promises';
import { Agent } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Pool } from 'pg';
import { inject } from 'vitest';
import { loadSettings } from '../../src/config/load-settings';
import { createApp } from '../../src/create-app';
import { DatabaseService } from '../../src/database/database.service';
import { KeyService } from '../../src/identity/key.service';
import type { Scope } from '../../src/identity/scope';
import { UserService } from '../../src/identity/user.service';
import { UnusedConnections } from '../../src/unused-connections';
import { Phone } from './phone';
import { createTestDatabase, type TestDatabase } from './test-database';

/** Sending and reading. */
const phoneScopes: readonly Scope[] = ['ingest:write', 'read'];

/** What a new phone's user and key are made with. */
export interface PhoneOptions {
  readonly timeZone?: string;
  readonly scopes?: readonly Scope[];
  readonly expiresAt?: Date;
}

/** Where a service keeps its data. */
interface Place {
  readonly database: TestDatabase;
  readonly dataDir: string;
}

/** How a service is started other than usual. */
export interface ServiceOptions {
  /** Another address at which it reaches the server of its database. */
  readonly postgresUrl?: string;
  /** A service that it runs beside, on the same data; to be stopped before that one. */
  readonly beside?: Service;
  /** Another Redis than the run's; null for none. */
  readonly redisUrl?: string | null;
}

/** The real service on a free port, over a database of its own and the run's Redis. */
export interface Service {
  readonly app: NestFastifyApplication;
  readonly port: number;
  readonly place: Place;
  /** A user and a key of their own, made by the service itself. */
  newPhone(options?: PhoneOptions): Promise<Phone>;
  /** Many users in UTC with a key each, for tests that need hundreds: much cheaper than one at a time. */
  newPhones(count: number): Promise<Phone[]>;
  /** Runs a statement as the owner of the database, past the service; one with a name is planned only once. */
  sql<Row>(query: string, values?: readonly unknown[], name?: string): Promise<Row[]>;
  stop(): Promise<void>;
}

/** The run's Redis, and in it what belongs to this process of it: jobs of others would be of other databases. */
function ownRedisUrl(): string {
  return `${inject('redisUrl')}/${process.env['VITEST_POOL_ID'] ?? '0'}`;
}

/** The address of a database with the host and port of another one. */
function atServer(databaseUrl: string, serverUrl: string): string {
  const url = new URL(databaseUrl);
  url.host = new URL(serverUrl).host;
  return url.href;
}

async function makePlace(): Promise<Place> {
  const [database, dataDir] = await Promise.all([createTestDatabase(), mkdtemp(join(tmpdir(), 'health-export-e2e-'))]);
  return { database, dataDir };
}

/** Starts the service with these settings on top of the defaults; to be done once a file. */
export async function startService(
  env: Readonly<Record<string, string>> = {},
  { postgresUrl, beside, redisUrl = ownRedisUrl() }: ServiceOptions = {},
): Promise<Service> {
  const place = beside?.place ?? (await makePlace());
  const { database, dataDir } = place;
  const owner = new Pool({
    connectionString: database.ownerUrl,
    max: 4,
    options: '-c plan_cache_mode=force_generic_plan',
  });
  // A test sends in seconds what a phone sends in months.
  const unlimited = { RATE_LIMIT_BURST: '1000000' };
  const given = { LOG_LEVEL: 'error', LOG_FORMAT: 'json', DATABASE_URL: database.url, DATA_DIR: dataDir, ...unlimited };
  const settings = loadSettings({ ...given, ...env });
  const app = await createApp(settings, {
    databaseUrl: postgresUrl === undefined ? database.url : atServer(database.url, postgresUrl),
    databaseOwnerUrl: database.ownerUrl,
    redisUrl,
  });
  const unused = new UnusedConnections(app.getHttpServer());
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });
  let users = 0;

  return {
    app,
    port,
    place,
    async newPhone({ timeZone = 'UTC', scopes = phoneScopes, expiresAt } = {}) {
      const name = `user ${++users}`;
      const { id: userId } = await app.get(UserService).add({ name, timeZone, actor: 'cli' });
      const key = { userId, name, scopes, expiresAt: expiresAt ?? null, actor: 'cli' } as const;
      const { keyId, text } = await app.get(KeyService).add(key);
      return new Phone({ port, agent, userId, keyId, key: text });
    },
    async newPhones(count) {
      const people =
        'INSERT INTO users (id, name) SELECT gen_random_uuid(), $1 FROM generate_series(1, $2) RETURNING id';
      const { rows } = await owner.query<{ id: string }>(people, [`one of ${count}`, count]);
      const userIds = rows.map(({ id }) => id);
      return app.get(DatabaseService).inEntityTransaction(userIds, async (tx) => {
        const phones: Phone[] = [];
        for (const userId of userIds) {
          const key = { userId, name: 'phone', scopes: phoneScopes, expiresAt: null, actor: 'cli' } as const;
          const { keyId, text } = await app.get(KeyService).insert(tx, key);
          phones.push(new Phone({ port, agent, userId, keyId, key: text }));
        }
        return phones;
      });
    },
    async sql<Row>(query: string, values: readonly unknown[] = [], name?: string) {
      const { rows } = await owner.query({ text: query, values: [...values], ...(name === undefined ? {} : { name }) });
      return rows as Row[];
    },
    async stop() {
      agent.destroy();
      // As the service itself does it: the built-in fetch may have made connections that it did not use.
      await unused.closeUntil(app.close());
      // The database is dropped under connections that are still being closed.
      owner.on('error', () => undefined);
      await owner.end();
      if (beside !== undefined) return;
      await Promise.all([database.drop(), rm(dataDir, { recursive: true, force: true })]);
    },
  };
}
