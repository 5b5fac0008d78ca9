import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { findFreePort } from '../../src/embedded/free-port';
import { type BenchUser, createUsers } from '../bench/service/bench-users';
import { projectRoot } from '../support/project-root';
import { RedisServer } from '../support/redis-server';
import { type RawReply, sendRequest } from '../support/send-request';
import { ServiceProcess } from '../support/service-process';
import { TcpRelay } from '../support/tcp-relay';
import { PostgresServer } from './servers/postgres-server';

/**
 * What the service is started with in the short form: bounds that are shorter than the defaults, so that whatever waits
 * for them is over sooner. The long form proves the defaults.
 */
const shortBounds = {
  STATEMENT_TIMEOUT_MS: '3000',
  LOCK_TIMEOUT_MS: '2000',
  POOL_CONNECT_TIMEOUT_MS: '4000',
  IDLE_IN_TRANSACTION_TIMEOUT_MS: '4000',
  WORK_LEASE_MS: '3000',
};

/** Small, so that some bodies are stored while they arrive and written in parts. */
const inlineBodyBytes = '65536';

/** Who is told that the service is down for a while. */
interface LoadWatch {
  readonly tally: { serviceIsAway(isAway: boolean): void };
}

const startTimeoutMs = 90_000;

interface Parts {
  readonly isLong: boolean;
  readonly workDir: string;
  readonly port: number;
  readonly postgres: PostgresServer;
  readonly postgresRelay: TcpRelay;
  readonly redis: RedisServer;
  readonly redisRelay: TcpRelay;
}

/** Ends what was started, last first; one that fails does not keep the others. */
class Undos {
  private readonly undos: (() => Promise<void> | void)[] = [];
  private closing: Promise<void> | null = null;

  add(undo: () => Promise<void> | void): void {
    this.undos.unshift(undo);
  }

  /** True once the end has begun: nothing is to be started any more. */
  get isRunning(): boolean {
    return this.closing !== null;
  }

  /** May be called more than once; never rejects. */
  run(): Promise<void> {
    this.closing ??= (async () => {
      for (const undo of this.undos) {
        try {
          await undo();
        } catch (error) {
          console.error(`while cleaning up: ${(error as Error).message}`);
        }
      }
    })();
    return this.closing;
  }
}

/** Where the faults take place: a PostgreSQL and a Redis of their own, each behind a relay, and the built service. */
export class Stage {
  private current: ServiceProcess | null = null;
  private currentWorker: ServiceProcess | null = null;

  private constructor(
    private readonly undos: Undos,
    private readonly parts: Parts,
  ) {}

  /** Starts everything, the service last. `onClose` is called with what ends it all, before anything is started. */
  static async open(isLong: boolean, onClose: (close: () => Promise<void>) => void): Promise<Stage> {
    const undos = new Undos();
    onClose(() => undos.run());
    try {
      const workDir = mkdtempSync(join(tmpdir(), 'health-export-faults-'));
      undos.add(() => rmSync(workDir, { recursive: true, force: true }));
      // PostgreSQL that root starts runs as another user.
      chmodSync(workDir, 0o755);
      const [postgres, redis] = await Promise.all([startPostgres(workDir, undos), startRedis(undos)]);
      const relays = await Promise.all([TcpRelay.before(postgres.url), TcpRelay.before(redis.url)]);
      for (const relay of relays) undos.add(() => relay.cut());
      const [postgresRelay, redisRelay] = relays;
      const port = await findFreePort();
      const stage = new Stage(undos, { isLong, workDir, port, postgres, postgresRelay, redis, redisRelay });
      undos.add(async () => {
        await Promise.all([stage.current?.end('SIGKILL'), stage.endWorker()]);
      });
      await stage.startService();
      return stage;
    } catch (error) {
      await undos.run();
      throw error;
    }
  }

  get isLong(): boolean {
    return this.parts.isLong;
  }

  get postgres(): PostgresServer {
    return this.parts.postgres;
  }

  /** Between the service and PostgreSQL. */
  get postgresRelay(): TcpRelay {
    return this.parts.postgresRelay;
  }

  get redis(): RedisServer {
    return this.parts.redis;
  }

  /** Between the service and Redis. */
  get redisRelay(): TcpRelay {
    return this.parts.redisRelay;
  }

  /** Where the service listens, the same after a restart. */
  get port(): number {
    return this.parts.port;
  }

  /** The service that was started last. */
  get service(): ServiceProcess {
    if (this.current === null) throw new Error('the service has not been started');
    return this.current;
  }

  /** The long time in the long form, else the short one. */
  lasting(longMs: number, shortMs: number): number {
    return this.isLong ? longMs : shortMs;
  }

  /** Starts the service, or a new one after the last one has ended; resolves when it listens. */
  async startService(env: Readonly<Record<string, string>> = {}): Promise<void> {
    this.current = this.spawn('service', { PORT: String(this.port), ...env });
    await inTime(this.current, this.current.waitUntilListening());
  }

  /** Starts a process that works on large bodies only. */
  async startWorker(): Promise<ServiceProcess> {
    this.currentWorker = this.spawn('worker', { PORT: '0', ROLE: 'worker' });
    await inTime(this.currentWorker, this.currentWorker.waitFor(/Listening on/));
    return this.currentWorker;
  }

  /** Kills that process, if there is one. */
  async endWorker(): Promise<void> {
    await this.currentWorker?.end('SIGKILL');
  }

  private spawn(folder: string, env: Readonly<Record<string, string>>): ServiceProcess {
    if (this.undos.isRunning) throw new Error('the service is not started any more');
    const dataDir = join(this.parts.workDir, folder);
    mkdirSync(dataDir, { recursive: true });
    return new ServiceProcess({
      DATA_DIR: dataDir,
      DATABASE_URL: this.postgresRelay.url,
      REDIS_URL: this.redisRelay.url,
      LOG_LEVEL: 'warn',
      INLINE_BODY_BYTES: inlineBodyBytes,
      ...(this.isLong ? {} : shortBounds),
      ...env,
    });
  }

  /** Kills the service and starts a new one; for a load, its connections may break meanwhile. */
  async restartService(load: LoadWatch | null = null, env: Readonly<Record<string, string>> = {}): Promise<void> {
    load?.tally.serviceIsAway(true);
    await this.service.end('SIGKILL');
    await this.startService(env);
    // What was begun while nobody listened has failed by then.
    await delay(200);
    load?.tally.serviceIsAway(false);
  }

  /** Users with a key each. */
  async createUsers(count: number): Promise<BenchUser[]> {
    return await createUsers({ connect: () => this.connect() }, count);
  }

  /** A connection as the owner, past the relay; it outlives any outage without ending the process. */
  async connect(): Promise<Client> {
    const client = new Client({ connectionString: this.postgres.url });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  /** Runs one statement as the owner on a connection of its own. */
  async sql<Row>(text: string): Promise<Row[]> {
    const client = await this.connect();
    try {
      return (await client.query(text)).rows as Row[];
    } finally {
      await client.end();
    }
  }

  /** Asks the service. */
  get(path: string): Promise<RawReply> {
    return sendRequest({ port: this.port, method: 'GET', path, timeoutMs: 10_000 });
  }

  /** Ends everything and removes every file. */
  close(): Promise<void> {
    return this.undos.run();
  }
}

/** Rejects when a process takes so long to start that it never will. */
async function inTime(service: ServiceProcess, started: Promise<unknown>): Promise<void> {
  const isStarted = await Promise.race([started.then(() => true), delay(startTimeoutMs, false, { ref: false })]);
  if (!isStarted) throw new Error(`the service did not listen within ${startTimeoutMs / 1000} s: ${service.output}`);
}

async function startPostgres(workDir: string, undos: Undos): Promise<PostgresServer> {
  const postgres = await PostgresServer.create(workDir);
  undos.add(() => postgres.close());
  return postgres;
}

async function startRedis(undos: Undos): Promise<RedisServer> {
  // A folder that stays: where no Redis is installed, the program is downloaded to it, which takes a while.
  const programDir = join(projectRoot, '.data', 'test-redis');
  mkdirSync(programDir, { recursive: true });
  const redis = new RedisServer(programDir, await findFreePort());
  undos.add(() => redis.close());
  await redis.start();
  return redis;
}
