import { createHash, randomUUID } from 'node:crypto';
import { ConsoleLogger } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { Pool } from 'pg';
import { AppModule } from '../../../src/app.module';
import { families } from '../../../src/catalogue/families';
import { loadSettings } from '../../../src/config/load-settings';
import { EXPORT_PARSER, type ExportParser } from '../../../src/ingest/export-parser';
import { IngestService } from '../../../src/ingest/ingest.service';
import { type RederiveReport, RederiveService } from '../../../src/ingest/rederive/rederive.service';
import { IngestionRepository } from '../../../src/ingest/store/ingestion.repository';
import { createTestDatabase } from '../../support/test-database';

/** An ingestion as this test knows it. */
export interface Sent {
  readonly id: string;
  readonly receivedAtMs: number;
}

/** What is sent, and the `automation-aggregation` it is sent with. */
export interface Sending {
  readonly body: string;
  readonly aggregation: string | null;
}

/** The service with one parser, on a database that it may share with others. */
export interface OpenParser {
  ingest(userId: string, sending: Sending): Promise<Sent>;
  rederive(userId: string, ingestions: readonly Sent[]): Promise<RederiveReport>;
}

/** A database with any number of services on it. */
export interface OpenRederive {
  readonly databaseUrl: string;
  open(parser: ExportParser, env?: Readonly<Record<string, string>>): Promise<OpenParser>;
  newUser(name?: string): Promise<string>;
  sql<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Runs a statement that takes a lock, and holds it until what it resolves with is called. */
  hold(sql: string, userId: string): Promise<() => Promise<void>>;
  /** All of a user's rows as lines of text, by table and in no order that means anything. */
  rows(userId: string, bookkeeping?: 'without' | 'with'): Promise<string[]>;
  close(): Promise<void>;
}

function toRequest(userId: string, seqs: IngestionRepository, { body, aggregation }: Sending) {
  const bytes = Buffer.from(body);
  const facts = { contentType: 'application/json', contentEncoding: 'identity', contentLength: null } as const;
  const automation = { name: null, id: null, period: null, aggregation, sessionId: null };
  const identity = { userId, userName: 'somebody', timeZone: 'Europe/Berlin', keyId: 'key', scopes: [] };
  const headers = facts as never;
  const request = { identity, automation, headers, receivedAtMs: Date.now(), ingestionSeq: seqs.drawSeq() };
  const sha256 = createHash('sha256').update(bytes).digest();
  const sizes = { sentBytes: bytes.length, bodyBytes: bytes.length };
  const received = { kind: 'inline', ...facts, ...sizes, sha256, bytes, compressed: null } as const;
  return { request, received };
}

/** Opens a database of its own. */
export async function openRederive(): Promise<OpenRederive> {
  const database = await createTestDatabase();
  const owner = new Pool({ connectionString: database.ownerUrl, max: 3 });
  const apps: TestingModule[] = [];
  return {
    databaseUrl: database.url,
    async open(parser, env = {}) {
      const settings = loadSettings({
        DATABASE_URL: database.url,
        POOL_MIN: '0',
        POOL_MAX: '6',
        LOG_LEVEL: 'error',
        KEY_PEPPER: 'p'.repeat(32),
        ...env,
      });
      const connections = {
        databaseUrl: database.url,
        databaseOwnerUrl: database.ownerUrl,
        redisUrl: null,
      };
      const app = await Test.createTestingModule({ imports: [AppModule.register(settings, connections)] })
        .overrideProvider(EXPORT_PARSER)
        .useValue(parser)
        .setLogger(new ConsoleLogger({ logLevels: ['fatal', 'error'] }))
        .compile();
      await app.init();
      apps.push(app);
      const service = app.get(IngestService);
      const seqs = app.get(IngestionRepository);
      return {
        async ingest(userId, sending) {
          const { request, received } = toRequest(userId, seqs, sending);
          const reply = await service.ingest(request, () => Promise.resolve(received as never));
          return { id: reply.ingestionId, receivedAtMs: request.receivedAtMs };
        },
        rederive: (userId, ingestions) =>
          app.get(RederiveService).rederive({ userId, ingestions }, () => Promise.resolve()),
      };
    },
    async newUser(name = 'somebody') {
      const id = randomUUID();
      await owner.query(`INSERT INTO users (id, name, time_zone) VALUES ($1, $2, 'Europe/Berlin')`, [id, name]);
      return id;
    },
    async sql<Row>(text: string, values: readonly unknown[] = []) {
      return (await owner.query(text, [...values])).rows as Row[];
    },
    async hold(sql, userId) {
      const client = await owner.connect();
      await client.query(sql, [userId]);
      return async () => {
        await client.query('SELECT pg_advisory_unlock_all()');
        client.release();
      };
    },
    async rows(userId, bookkeeping = 'without') {
      const left = bookkeeping === 'with' ? ['user_id'] : ['user_id', 'revision', 'ingestion_seq'];
      const lines: string[] = [];
      for (const { table } of families) {
        // Ids of a user's own metrics are given out in the order in which they are met.
        const metric = table === 'quantity_metrics' ? `|| jsonb_build_object('metric_id', ${metricName})` : '';
        const { rows } = await owner.query(
          `SELECT ((to_jsonb(t) - $2::text[]) ${metric})::text AS line FROM ${table} t WHERE user_id = $1 ORDER BY 1`,
          [userId, left],
        );
        for (const { line } of rows) lines.push(`${table} ${line}`);
      }
      return lines;
    },
    async close() {
      for (const app of apps) await app.close();
      // The database is dropped under connections that are still being closed.
      owner.on('error', () => undefined);
      await owner.end();
      await database.drop();
    },
  };
}

const metricName = `coalesce((SELECT name || ' in ' || unit FROM user_metrics u
  WHERE u.user_id = t.user_id AND u.metric_id = t.metric_id), t.metric_id::text)`;
