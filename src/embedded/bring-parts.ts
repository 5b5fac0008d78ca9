import { type DataDirLock, lockDataDir } from './data-dir-lock';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres';
import { type EmbeddedRedis, startEmbeddedRedis } from './embedded-redis';
import { removeRunningInstance, writeRunningInstance } from './running-instance';
import type { ExitStatus } from './server-process';

/** What is there already, and where the rest may be put. */
export interface PartsOptions {
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  readonly databaseOwnerUrl: string | undefined;
  readonly redisUrl: string | undefined;
  /** Directories to look for Redis in. */
  readonly programPath: string;
  /** Who holds the data directory, for whoever is refused: completes "in use by …". */
  readonly purpose: string;
  /** Calls off a start that is under way, also during recovery after a crash. */
  readonly signal: AbortSignal;
  /** Gets the servers' own lines. */
  readonly log: (line: string) => void;
}

/** PostgreSQL and Redis, given or brought. */
export interface Parts {
  readonly databaseUrl: string;
  readonly databaseOwnerUrl: string;
  readonly redisUrl: string | null;
  /** One line a part, for people. */
  readonly descriptions: readonly string[];
  /** Resolves with a sentence when a server of our own ended without having been asked to. */
  readonly lost: Promise<string>;
  /** Stops what was brought, in order; may be called more than once. */
  stop(): Promise<void>;
}

const shownSettings = ['shared_buffers', 'effective_cache_size', 'max_wal_size', 'max_locks_per_transaction'];

function describePostgres(postgres: EmbeddedPostgres, dataDir: string): string {
  const sizes = shownSettings.map((name) => `${name} ${postgres.settings[name] ?? 'default'}`).join(', ');
  return `PostgreSQL  own, port ${postgres.port}, data in ${dataDir}/postgres (${sizes})`;
}

function describeRedis(redis: EmbeddedRedis | { unavailable: string }): string {
  if ('unavailable' in redis) return `Redis       none (${redis.unavailable}): the cache is memory only`;
  return `Redis       own, port ${redis.port}, ${redis.source}`;
}

/**
 * Makes sure that there are a PostgreSQL and, where it can be had, a Redis: those whose address is given, else our own
 * in `dataDir`, which is then locked for this process.
 *
 * Errors: rejects with DataDirInUseError or EmbeddedStartError; nothing is left running then.
 */
export async function bringParts(options: PartsOptions): Promise<Parts> {
  const { dataDir, log } = options;
  const bringsPostgres = options.databaseUrl === undefined;
  const bringsRedis = options.redisUrl === undefined;
  const lock = bringsPostgres || bringsRedis ? await lockDataDir(dataDir, { purpose: options.purpose }) : null;
  const [postgres, redis] = await Promise.allSettled([
    bringsPostgres ? startEmbeddedPostgres({ dataDir, log, signal: options.signal }) : null,
    bringsRedis ? startEmbeddedRedis({ dataDir, log, path: options.programPath }) : null,
  ]);
  const ownPostgres = postgres.status === 'fulfilled' ? postgres.value : null;
  const ownRedis = redis.status === 'fulfilled' ? redis.value : null;
  const stop = () => stopParts(dataDir, lock, ownPostgres, ownRedis);
  const failure = [postgres, redis].find((part) => part.status === 'rejected');
  if (failure !== undefined) {
    await stop();
    throw failure.reason;
  }
  const redisUrl = options.redisUrl ?? (ownRedis !== null && 'url' in ownRedis ? ownRedis.url : null);
  const databaseUrl = options.databaseUrl ?? (ownPostgres as EmbeddedPostgres).url;
  if (ownPostgres !== null) {
    await writeRunningInstance(dataDir, { postgresUrl: databaseUrl, ...(redisUrl === null ? {} : { redisUrl }) });
  }
  return {
    databaseUrl,
    databaseOwnerUrl: options.databaseOwnerUrl ?? databaseUrl,
    redisUrl,
    descriptions: [
      ownPostgres === null ? 'PostgreSQL  at DATABASE_URL' : describePostgres(ownPostgres, dataDir),
      ownRedis === null ? 'Redis       at REDIS_URL' : describeRedis(ownRedis),
    ],
    lost: ownPostgres === null ? new Promise(() => {}) : ownPostgres.exited.then(describeLoss),
    stop,
  };
}

function describeLoss({ code, signal }: ExitStatus): string {
  const how = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
  return `Our own PostgreSQL ${how}, so the service stops too. What was acknowledged is kept: start it again.`;
}

async function stopParts(
  dataDir: string,
  lock: DataDirLock | null,
  postgres: EmbeddedPostgres | null,
  redis: EmbeddedRedis | { unavailable: string } | null,
): Promise<void> {
  if (postgres !== null) await removeRunningInstance(dataDir);
  await Promise.all([postgres?.stop(), redis !== null && 'stop' in redis ? redis.stop() : undefined]);
  // ORDER: last, so that nobody starts a second server on data that the first one still writes.
  await lock?.release();
}
