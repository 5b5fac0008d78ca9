import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  identifyMachine,
  identifyProcess,
  isRunning,
  type ProcessIdentity,
  type RunningProcess,
} from './process-identity';

/** What the holder says about itself to whoever is refused; `purpose` completes "in use by …". */
export interface DataDirLockInfo {
  purpose: string;
}

/** The process that holds a data directory. */
export interface DataDirHolder extends DataDirLockInfo {
  pid: number;
  lockedAt: Date;
}

/** A held data directory. `release` never rejects and may be called twice. */
export interface DataDirLock {
  release(): Promise<void>;
}

/** Another process, or this one, already works in the data directory. */
export class DataDirInUseError extends Error {
  override readonly name = 'DataDirInUseError';

  constructor(
    readonly dataDir: string,
    readonly holder: DataDirHolder,
  ) {
    super(
      `${dataDir} is in use by ${holder.purpose} (process ${holder.pid}, since ${holder.lockedAt.toISOString()}). ` +
        'Stop that process first, or choose another data directory.',
    );
  }
}

interface Claim {
  path: string;
  identity: ProcessIdentity;
  claimedAtMs: number;
}

/** Sign of life of a holder, for those who cannot look it up because it runs on another machine or in a container. */
const HEARTBEAT_MS = 3_000;
/** Three missed signs of life: the holder on the other machine is gone. */
const SILENCE_MS = 3 * HEARTBEAT_MS;
/** A claim is confirmed or withdrawn within milliseconds; one this old belongs to a holder. */
const CLAIM_SETTLED_MS = 1_000;
/** Upper bound for starts that wait for each other. */
const CONTENTION_MS = 10_000;
/** Between two looks at the claims of others. */
const CONTENTION_PAUSE_MS = 20;

/**
 * Makes this process the only one that works in `dataDir`, until `release` or the process's end, however it ends:
 * a lock whose process is gone is taken over at once, also when another process has its number by now.
 *
 * Errors: rejects with DataDirInUseError, naming the holder, when a live process holds it (this one included).
 *
 * Order: each start first writes a claim of its own, then reads those of the others, and goes on once it sees none. Of
 * two that run at the same time the one that reads last sees the other's claim, so both can never go on. The one whose
 * claim has the earlier name keeps it and reads again; the other withdraws, and writes the next one when it sees none.
 * A claim's file name is never used twice, so removing a dead one cannot hit a living one.
 *
 * A holder on another machine or in another container (a shared volume) cannot be looked up: it is taken for alive
 * while it touches its claim, which is watched for 9 seconds.
 */
export async function lockDataDir(dataDir: string, info: DataDirLockInfo): Promise<DataDirLock> {
  const directory = lockDirectory(dataDir);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const giveUpAtMs = Date.now() + CONTENTION_MS;
  for (;;) {
    const path = await writeClaim(directory, info);
    const rival = await findPreferred(directory, path, giveUpAtMs).catch(async (error) => {
      await rm(path, { force: true });
      throw error;
    });
    if (!rival) {
      return hold(path);
    }
    await rm(path, { force: true });
    await untilNobodyClaims(dataDir, [rival], giveUpAtMs);
  }
}

/** Waits until the later claims are withdrawn. Resolves with one that this one has to give way to, if there is any. */
async function findPreferred(directory: string, path: string, giveUpAtMs: number): Promise<Claim | undefined> {
  for (;;) {
    const rivals = await findLiveClaims(directory, path);
    const preferred = rivals.find((rival) => rival.path < path) ?? (Date.now() > giveUpAtMs ? rivals[0] : undefined);
    if (preferred || rivals.length === 0) {
      return preferred;
    }
    await delay(CONTENTION_PAUSE_MS);
  }
}

/** Errors: rejects with DataDirInUseError when a claim turns out to be a holder's, or nobody has won in time. */
async function untilNobodyClaims(dataDir: string, seen: readonly Claim[], giveUpAtMs: number): Promise<void> {
  for (let rivals = seen; rivals.length > 0; rivals = await findLiveClaims(lockDirectory(dataDir), undefined)) {
    const settled = rivals.find((claim) => Date.now() - claim.claimedAtMs > CLAIM_SETTLED_MS);
    const holder = settled ?? (Date.now() > giveUpAtMs ? rivals[0] : undefined);
    if (holder) {
      throw new DataDirInUseError(dataDir, await describeHolder(holder));
    }
    await delay(CONTENTION_PAUSE_MS * (1 + Math.random()));
  }
}

/**
 * Makes sure that a server found running in `dataDir` was left behind by a service that is gone.
 * Errors: rejects with DataDirInUseError when another live process holds the directory, or when the server is our child.
 */
export async function assertLeftBehind(dataDir: string, server: RunningProcess): Promise<void> {
  const claims = await findLiveClaims(lockDirectory(dataDir), undefined);
  const other = claims.find((claim) => claim.identity.pid !== process.pid);
  if (other) {
    throw new DataDirInUseError(dataDir, await describeHolder(other));
  }
  if (server.parentPid === process.pid) {
    throw new DataDirInUseError(dataDir, { pid: process.pid, purpose: 'this very process', lockedAt: new Date() });
  }
}

function lockDirectory(dataDir: string): string {
  return join(dataDir, 'lock');
}

async function writeClaim(directory: string, info: DataDirLockInfo): Promise<string> {
  const self = await identifyProcess();
  if (!self) {
    throw new Error('cannot look up our own process: is /proc mounted?');
  }
  // All that decides is in the name, so that a claim is there in one step, with nothing half-written.
  const name = [Date.now(), self.pid, self.startedAt, self.machine, randomBytes(4).toString('hex')].join('.');
  const path = join(directory, name);
  await writeFile(path, info.purpose, { flag: 'wx', mode: 0o600 });
  return path;
}

function hold(path: string): DataDirLock {
  const heartbeat = setInterval(() => {
    utimes(path, new Date(), new Date()).catch(() => {});
  }, HEARTBEAT_MS);
  // The lock alone must not keep a process running that has nothing left to do.
  heartbeat.unref();
  return {
    async release() {
      clearInterval(heartbeat);
      await rm(path, { force: true }).catch(() => {});
    },
  };
}

async function findLiveClaims(directory: string, ownPath: string | undefined): Promise<Claim[]> {
  const claims = (await listNames(directory)).flatMap((name) => parseClaim(directory, name));
  const others = claims.filter((claim) => claim.path !== ownPath);
  const alive = await Promise.all(others.map(isAlive));
  const dead = others.filter((_, index) => !alive[index]);
  await Promise.all(dead.map((claim) => rm(claim.path, { force: true })));
  return others.filter((_, index) => alive[index]);
}

async function listNames(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return [];
    }
    throw error;
  }
}

function parseClaim(directory: string, name: string): Claim[] {
  const [claimedAt, pid, startedAt, machine, unique] = name.split('.');
  if (!claimedAt || !pid || !startedAt || !machine || !unique) {
    return [];
  }
  const identity = { pid: Number(pid), startedAt, machine };
  return [{ path: join(directory, name), identity, claimedAtMs: Number(claimedAt) }];
}

async function isAlive(claim: Claim): Promise<boolean> {
  if (claim.identity.machine === (await identifyMachine())) {
    return isRunning(claim.identity);
  }
  const firstTouch = await lastTouchMs(claim);
  for (let waitedMs = 0; firstTouch !== undefined && waitedMs < SILENCE_MS; waitedMs += 500) {
    await delay(500);
    // A change is looked for, not an age: the clocks of two machines need not agree.
    const touch = await lastTouchMs(claim);
    if (touch !== firstTouch) {
      return touch !== undefined;
    }
  }
  return false;
}

function lastTouchMs(claim: Claim): Promise<number | undefined> {
  return stat(claim.path).then(
    (found) => found.mtimeMs,
    () => undefined,
  );
}

async function describeHolder(claim: Claim): Promise<DataDirHolder> {
  const purpose = await readFile(claim.path, 'utf8').catch(() => '');
  return { pid: claim.identity.pid, purpose: purpose || 'another process', lockedAt: new Date(claim.claimedAtMs) };
}
