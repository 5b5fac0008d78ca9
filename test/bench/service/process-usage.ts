import { readFileSync, writeFileSync } from 'node:fs';

/** Ticks of /proc/<pid>/stat a second: fixed to 100 for user space on Linux (asm-generic/param.h, USER_HZ). */
const ticksPerS = 100;

/** Memory and time of a process, Linux only. */
export interface ProcessUsage {
  readonly rssMb: number;
  /** The most since the start of the process, or since {@link resetPeakRss}. */
  readonly peakRssMb: number;
  /** User and system time since its start. */
  readonly cpuMs: number;
}

/** Reads what a process uses. Errors: throws when it is gone. */
export function readProcessUsage(pid: number): ProcessUsage {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mb = (name: string): number =>
    (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024) / 1e6;
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, which may hold anything, is in parentheses; user and system time are the 12th and 13th after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    rssMb: mb('VmRSS'),
    peakRssMb: mb('VmHWM'),
    cpuMs: ((Number(fields[11]) + Number(fields[12])) / ticksPerS) * 1000,
  };
}

/** Makes the peak of memory begin anew (Documentation/filesystems/proc.rst, clear_refs). */
export function resetPeakRss(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}
