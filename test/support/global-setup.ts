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
    /** Where Redis was unpacked if it is not on the PATH. */
    redisProgramDir: string;
  }
}

async function createTemplate(postgresUrl: string): Promise<void> {
  const admin = new Client({ connectionString: postgresUrl });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${templateDatabase}`);
  await admin.end();
  const templateUrl = new URL(postgresUrl);
  templateUrl.pathname = templateDatabase;
  await migrate(templateUrl.href, { now: new Date(), detailedYears: 2, monthsAhead: 4 });
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
  const stop = async (): Promise<void> => {
    await Promise.all([postgres.stop(), 'stop' in redis ? redis.stop() : undefined]);
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    if ('unavailable' in redis) throw new Error(`the tests need Redis: ${redis.unavailable}`);
    await createTemplate(postgres.url);
    project.provide('postgresUrl', postgres.url);
    project.provide('redisUrl', redis.url);
    project.provide('redisProgramDir', join(dataDir, 'redis'));
    return stop;
  } catch (error) {
    // What has been started would keep the run from ending.
    await stop();
    throw error;
  }
}
