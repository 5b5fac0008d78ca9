import { DataSource, type DataSourceOptions } from 'typeorm';
import { CreateSchema1764000000000 } from '../../migrations/1764000000000-create-schema';
import { IngestionWork1764100000000 } from '../../migrations/1764100000000-ingestion-work';
import { IngestionExtents1764200000000 } from '../../migrations/1764200000000-ingestion-extents';
import { AddRollups1764300000000 } from '../../migrations/1764300000000-roll-ups';
import { OptimizerTables1764500000000 } from '../../migrations/1764500000000-optimizer-tables';
import { HistoryVersion1764600000000 } from '../../migrations/1764600000000-history-version';
import type { Settings } from '../config/settings';
import { pipelined } from './pipelining';

/** The role that the service's own connections read and write as; made by the first migration. */
export const appRole = 'health_export_app';

/** All migrations, oldest first. */
const migrations = [
  CreateSchema1764000000000,
  IngestionWork1764100000000,
  IngestionExtents1764200000000,
  AddRollups1764300000000,
  OptimizerTables1764500000000,
  HistoryVersion1764600000000,
];

/**
 * How much longer than a statement may take its answer is waited for, in ms: a server that can be reached gives it up
 * itself and says so long before.
 */
const answerGraceMs = 2000;

/**
 * TypeORM options of the service's one pool: the app role, at most `poolMax` connections, and a time limit on
 * everything that could wait for ever (connecting, a statement, its answer, a lock, an open transaction that does
 * nothing).
 */
export function createAppDataSourceOptions(settings: Settings, databaseUrl: string): DataSourceOptions {
  return {
    type: 'postgres',
    url: databaseUrl,
    applicationName: 'health-export',
    poolSize: settings.poolMax,
    connectTimeoutMS: settings.poolConnectTimeoutMs,
    installExtensions: false,
    migrations,
    extra: {
      ...pipelined,
      min: settings.poolMin,
      idleTimeoutMillis: settings.poolIdleTimeoutMs,
      maxLifetimeSeconds: settings.poolLifetimeS,
      statement_timeout: settings.statementTimeoutMs,
      query_timeout: settings.statementTimeoutMs + answerGraceMs,
      lock_timeout: settings.lockTimeoutMs,
      idle_in_transaction_session_timeout: settings.idleInTransactionTimeoutMs,
      keepAlive: true,
      options: `-c role=${appRole} -c timezone=UTC`,
    },
  };
}

/** A DataSource of the owner, for migrations and partitions only: two connections, no time limits but on locks. */
export function createOwnerDataSource(ownerUrl: string): DataSource {
  return new DataSource({
    type: 'postgres',
    url: ownerUrl,
    applicationName: 'health-export-owner',
    poolSize: 2,
    connectTimeoutMS: 10_000,
    installExtensions: false,
    migrations,
    migrationsTableName: 'migrations',
    // Where the server vanished without a word, the system finds out, if late: upkeep must not wait for ever.
    extra: { options: '-c timezone=UTC', keepAlive: true, keepAliveInitialDelayMillis: 10_000 },
  });
}

/** Name of the newest migration: what a database must have applied for this build to be ready. */
export const newestMigrationName = migrations.map((migration) => migration.name).at(-1) as string;
