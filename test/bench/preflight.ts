import { readFileSync, statfsSync } from 'node:fs';

/** What a benchmark cannot do without. */
export interface Needs {
  readonly freeDiskBytes: number;
  /** Files and connections that one process has open at once. */
  readonly openFiles: number;
  /** Connections to one port at once, each from a port of its own. */
  readonly localPorts: number;
  /** It looks into processes through /proc. */
  readonly procFiles: boolean;
}

/** What a benchmark with a database and a handful of connections needs. */
export const smallNeeds: Needs = { freeDiskBytes: 5e9, openFiles: 256, localPorts: 64, procFiles: false };

/** linux/magic.h; memory, so what is written there is never as slow as a disk. */
const tmpfsMagic = 0x01021994;

function readNumbers(path: string, pattern: RegExp): number[] | null {
  try {
    return (pattern.exec(readFileSync(path, 'utf8')) ?? []).slice(1).map(Number);
  } catch {
    return null;
  }
}

/** Open files that this process and its children may have; Infinity where the system does not say. */
function openFileLimit(): number {
  // Node raises its soft limit to the hard one at its start, so the hard one is what counts.
  return readNumbers('/proc/self/limits', /^Max open files\s+\S+\s+(\d+)/m)?.[0] ?? Number.POSITIVE_INFINITY;
}

function localPortCount(): number {
  const [first, last] = readNumbers('/proc/sys/net/ipv4/ip_local_port_range', /(\d+)\s+(\d+)/) ?? [];
  return first === undefined || last === undefined ? Number.POSITIVE_INFINITY : last - first + 1;
}

/** True when the folder lies in memory. */
export function isInMemory(folder: string): boolean {
  return process.platform === 'linux' && statfsSync(folder).type === tmpfsMagic;
}

/** One sentence for everything that is missing here. */
export function findMissing(needs: Needs, dataDir: string): string[] {
  const { bavail, bsize } = statfsSync(dataDir);
  const freeBytes = bavail * bsize;
  const gb = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
  const files = openFileLimit();
  const ports = localPortCount();
  return [
    freeBytes < needs.freeDiskBytes &&
      `needs ${gb(needs.freeDiskBytes)} of free disk for ${dataDir}, there are ${gb(freeBytes)}`,
    files < needs.openFiles && `needs ${needs.openFiles} open files a process, the limit is ${files} (ulimit -n)`,
    ports < needs.localPorts && `needs ${needs.localPorts} local ports, there are ${ports} (ip_local_port_range)`,
    needs.procFiles && process.platform !== 'linux' && 'needs /proc, which only Linux has',
  ].filter((sentence) => sentence !== false);
}
