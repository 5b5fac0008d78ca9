import { availableParallelism, totalmem } from 'node:os';

/**
 * Memory that this process may count on, in bytes: the machine's, or the limit of its control group (a container's
 * limit) where that is lower. Node answers an absurdly large number or 0 where there is no limit.
 */
export function usableMemoryBytes(): number {
  const limitBytes = process.constrainedMemory();
  return limitBytes > 0 ? Math.min(totalmem(), limitBytes) : totalmem();
}

/** Cores that this process may run on. */
export function usableCores(): number {
  return availableParallelism();
}

/** One mebibyte in bytes. */
export const MEBIBYTE = 1024 * 1024;

/** A size in whole mebibytes, held between two bounds that are in mebibytes too. */
export function clampMebibytes(bytes: number, minMebibytes: number, maxMebibytes: number): number {
  return Math.max(minMebibytes, Math.min(maxMebibytes, Math.floor(bytes / MEBIBYTE)));
}
