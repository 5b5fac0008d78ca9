import { startPostmaster } from '../../../src/embedded/embedded-postgres';
import { findFreePort } from '../../../src/embedded/free-port';
import { preparePostgresBinaries } from '../../../src/embedded/postgres-binaries';
import { DATABASE_NAME, openPostgresCluster, type PostgresCluster } from '../../../src/embedded/postgres-cluster';
import { sizePostgresSettings } from '../../../src/embedded/postgres-settings';
import type { ServerProcess } from '../../../src/embedded/server-process';
import { chooseServiceAccount } from '../../../src/embedded/service-account';
import { familyOf, signalAll, untilGone } from './processes';
import { makeSmallDisk } from './small-disk';

/** A small machine: many of them may be started one after another. */
const size = { memoryBytes: 2 * 1024 ** 3, cores: 2 };

/** Autovacuum would take the locks that some faults are about. */
const extraSettings = { autovacuum: 'off', checkpoint_timeout: '5min' };

/** A PostgreSQL of one's own, always at one address, that can be stopped in every way. Durable, as in production. */
export class PostgresServer {
  private server: ServerProcess | null = null;
  private starting: Promise<ServerProcess> | null = null;
  private isClosed = false;
  private stopped: number[] = [];

  private constructor(
    private readonly cluster: PostgresCluster,
    private readonly port: number,
    /** Where the small disk is mounted, or why there is none. */
    readonly smallDisk: { readonly directory: string } | string,
  ) {}

  /** Makes a data directory in `workDir`, a folder that every account can enter, and starts on it. */
  static async create(workDir: string): Promise<PostgresServer> {
    const account = await chooseServiceAccount(workDir);
    const binaries = await preparePostgresBinaries(workDir, account);
    const cluster = await openPostgresCluster(workDir, binaries, account, () => undefined);
    const disk = await makeSmallDisk(workDir, binaries.postgres, account);
    const program = typeof disk === 'string' ? binaries.postgres : disk.program;
    const ownCluster = { ...cluster, binaries: { ...binaries, postgres: program } };
    const postgres = new PostgresServer(ownCluster, await findFreePort(), disk);
    await postgres.start();
    return postgres;
  }

  /** As the owner. */
  get url(): string {
    return `postgres://${DATABASE_NAME}:${this.cluster.password}@127.0.0.1:${this.port}/${DATABASE_NAME}`;
  }

  /** Resolves when it takes connections, recovery included. */
  async start(): Promise<void> {
    if (this.isClosed) throw new Error('PostgreSQL is not started any more');
    const settings = sizePostgresSettings(size, extraSettings);
    this.starting = startPostmaster(this.cluster, settings, this.port, { log: () => undefined });
    this.server = await this.starting;
  }

  /** Kills it for good; one that is being started is killed when it has. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.server = (await this.starting?.catch(() => null)) ?? null;
    await this.kill();
  }

  /** The fast shutdown of an ordinary restart: connections are cut, everything is written out. */
  async stop(): Promise<void> {
    await this.end('SIGINT');
  }

  /** The immediate shutdown: nothing is written out, the next start recovers from the WAL. */
  async stopHard(): Promise<void> {
    await this.end('SIGQUIT');
  }

  /** SIGKILL to every process of it, as when the machine loses its power; at the very moment that `moment` resolves. */
  async kill(moment?: Promise<unknown>): Promise<void> {
    await this.end('SIGKILL', moment ?? Promise.resolve());
  }

  /** No process of it runs on; connections stay and new ones are taken by the system, and nothing answers. */
  freeze(): void {
    const { server } = this;
    if (server === null) return;
    // ORDER: the parent first, so that no child is born meanwhile.
    signalAll([server.pid], 'SIGSTOP');
    this.stopped = familyOf(server.pid);
    signalAll(this.stopped, 'SIGSTOP');
  }

  /** Goes on. */
  thaw(): void {
    signalAll(this.stopped.toReversed(), 'SIGCONT');
    this.stopped = [];
  }

  /** Ends the parent, or the whole family at the moment that is given. */
  private async end(signal: NodeJS.Signals, momentForAll?: Promise<unknown>): Promise<void> {
    const { server } = this;
    this.server = null;
    if (server === null) return;
    const family = familyOf(server.pid);
    await momentForAll;
    signalAll(momentForAll === undefined ? [server.pid] : family, signal);
    await server.exited;
    await untilGone(family);
  }
}
