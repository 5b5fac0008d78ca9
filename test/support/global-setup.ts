import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node' with { 'resolution-mode': 'import' };
import { migrate } from '../../src/database/migrate';
import { startEmbeddedPostgres } from '../../src/embedded/embedded-postgres';
import { startEmbeddedRedis } from '../../src/embedded/embedded-redis';
import { templateDatabase } from './test-database';

declare module 'vitest' {
  export interface ProvidedContext {
    postgresUrl: string;
    redisUrl: string;
  }
}

/**
 * Starts one real PostgreSQL and one real Redis for the whole run and migrates the template that every test copies.
 * Both run on free ports and in a folder of their own, which is gone afterwards.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'health-export-test-'));
  await chmod(dataDir, 0o755);
  const log = (): void => undefined;
  const [postgres, redis] = await Promise.all([
    startEmbeddedPostgres({ dataDir, log }),
    startEmbeddedRedis({ dataDir, log, path: process.env['PATH'] ?? '' }),
  ]);
  if ('unavailable' in redis) throw new Error(`the tests need Redis: ${redis.unavailable}`);

  const admin = new Client({ connectionString: postgres.url });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${templateDatabase}`);
  await admin.end();
  const templateUrl = new URL(postgres.url);
  templateUrl.pathname = templateDatabase;
  await migrate(templateUrl.href, { now: new Date(), detailedYears: 2, monthsAhead: 4 });

  project.provide('postgresUrl', postgres.url);
  project.provide('redisUrl', redis.url);
  return async () => {
    await Promise.all([postgres.stop(), redis.stop()]);
    await rm(dataDir, { recursive: true, force: true });
  };
}
