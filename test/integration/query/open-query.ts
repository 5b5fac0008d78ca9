import type { AddressInfo } from 'node:net';
import { Module } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { Client, type PoolClient, type QueryConfig } from 'pg';
import { CacheModule } from '../../../src/cache/cache.module';
import { ProblemFilter } from '../../../src/common/problem.filter';
import { compressAnswers } from '../../../src/compress-answers';
import { ConfigModule } from '../../../src/config/config.module';
import { loadSettings } from '../../../src/config/load-settings';
import { DatabaseModule } from '../../../src/database/database.module';
import { DatabaseService } from '../../../src/database/database.service';
import { recomputeRollups } from '../../../src/database/rollups/recompute-rollups';
import { translateDatabaseFault } from '../../../src/database/translate-database-fault';
import { registerAuthentication } from '../../../src/identity/authentication.hook';
import { AuthenticationService } from '../../../src/identity/authentication.service';
import { IdentityModule } from '../../../src/identity/identity.module';
import { identityEntities } from '../../../src/identity/identity-entities';
import { KeyService } from '../../../src/identity/key.service';
import { UserService } from '../../../src/identity/user.service';
import { QueryModule } from '../../../src/query/query.module';
import { createTestDatabase } from '../../support/test-database';

/** A user with a key that may read. */
export interface Person {
  readonly userId: string;
  readonly key: string;
}

/** A statement as the service sent it. */
export interface SentStatement {
  readonly sql: string;
  readonly values: readonly unknown[];
  /** Prepared, and after five times planned once for any values. */
  readonly isPrepared: boolean;
}

/** An answer with its body read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test says by what it expects what an answer holds
  readonly body: any;
}

/** The query module in a real application on a database of its own, listening. */
export interface OpenQuery {
  readonly url: string;
  readonly me: Person;
  readonly other: Person;
  /** Every statement that the service has sent so far, but for those that open and end transactions. */
  readonly statements: SentStatement[];
  /** Computes the roll-ups of some of a person's marked days. */
  recompute(person: Person, maxDays: number): Promise<number>;
  /** Runs a statement as the database's owner. */
  sql(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  get(path: string, person?: Person, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  put(path: string, body: unknown, person?: Person): Promise<Answer>;
  close(): Promise<void>;
}

function recordStatements(app: NestFastifyApplication): SentStatement[] {
  const statements: SentStatement[] = [];
  const watched = new WeakSet<PoolClient>();
  const pool = app.get(DatabaseService).pool();
  pool.on('acquire', (client) => {
    if (watched.has(client)) return;
    watched.add(client);
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    const record = (...args: unknown[]) => {
      // As a text and its values, or both in one object.
      const [first, second] = args as [string | QueryConfig, unknown];
      const { text, values, name } = typeof first === 'string' ? { text: first, values: second, name: '' } : first;
      if (Array.isArray(values)) statements.push({ sql: text, values, isPrepared: Boolean(name) });
      return query(...args);
    };
    Object.assign(client, { query: record });
  });
  return statements;
}

/** Opens the module; the users' zone is Europe/Berlin. */
export async function openQuery(): Promise<OpenQuery> {
  const database = await createTestDatabase();
  const settings = loadSettings({ POOL_MIN: '0', POOL_MAX: '5', KEY_PEPPER: 'p'.repeat(32) });

  @Module({
    imports: [
      ConfigModule.register(settings, {
        databaseUrl: database.url,
        databaseOwnerUrl: database.ownerUrl,
        redisUrl: null,
      }),
      DatabaseModule.register(identityEntities),
      CacheModule,
      IdentityModule,
      QueryModule,
    ],
  })
  class TestModule {}

  const testing = await Test.createTestingModule({ imports: [TestModule] }).compile();
  const adapter = new FastifyAdapter({ routerOptions: { maxParamLength: 500 } });
  const app = testing.createNestApplication<NestFastifyApplication>(adapter, { logger: false, bodyParser: false });
  // As the service does: no body is read before its route asks for it.
  adapter.getInstance().removeAllContentTypeParsers();
  adapter.getInstance().addContentTypeParser('*', (_request, _body, done) => done(null));
  app.useGlobalFilters(new ProblemFilter(translateDatabaseFault));
  registerAuthentication(app.getHttpAdapter().getInstance(), app.get(AuthenticationService));
  await compressAnswers(app);
  const statements = recordStatements(app);
  await app.listen(0, '127.0.0.1');
  const url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;

  const owner = new Client({ connectionString: database.ownerUrl, options: '-c timezone=UTC' });
  await owner.connect();
  const addPerson = async (name: string): Promise<Person> => {
    const { id } = await app.get(UserService).add({ name, timeZone: 'Europe/Berlin', actor: 'cli' });
    const { text } = await app
      .get(KeyService)
      .add({ userId: id, name: 'phone', scopes: ['read'], expiresAt: null, actor: 'cli' });
    return { userId: id, key: text };
  };
  // What a test writes past the service is followed by newer versions, as what an ingestion writes: nothing that was kept
  // before is an answer any more.
  let hasChanged = false;
  const bump = async (): Promise<void> => {
    if (!hasChanged) return;
    hasChanged = false;
    await owner.query('UPDATE users SET data_version = data_version + 1, history_version = history_version + 1');
  };
  const ask = async (path: string, init: RequestInit): Promise<Answer> => {
    await bump();
    const response = await fetch(url + path, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
  };
  const me = await addPerson('me');
  const other = await addPerson('other');
  return {
    url,
    me,
    other,
    statements,
    recompute: ({ userId }, maxDays) => {
      hasChanged = true;
      return app
        .get(DatabaseService)
        .inLockedTransaction([userId], (transaction) => recomputeRollups(transaction, userId, maxDays));
    },
    sql: async (text, values = []) => {
      hasChanged ||= !/^\s*SELECT/i.test(text);
      return (await owner.query(text, [...values])).rows;
    },
    get: (path, person = me, headers = {}) => ask(path, { headers: { 'x-api-key': person.key, ...headers } }),
    put: (path, body, person = me) =>
      ask(path, {
        method: 'PUT',
        headers: { 'x-api-key': person.key, 'content-type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    close: async () => {
      await app.close();
      await owner.end();
      await database.drop();
    },
  };
}
