import type { Client } from 'pg';
import type { FaultLoad } from './load/fault-load';
import type { Stage } from './stage';

/** What a fault may use while it strikes. */
export interface Strike {
  readonly stage: Stage;
  /** The load that is under way. */
  readonly load: FaultLoad;
  /** A seeded source of numbers in [0, 1). */
  readonly random: () => number;
  /** Which of the fault's strikes this is, from 0. */
  readonly round: number;
  /** A connection as the owner that is ended afterwards. */
  connect(): Promise<Client>;
}

/**
 * What the load may see of a fault:
 * - `nothing`: every request is answered 2xx, and `/ready` is 200 all the time.
 * - `refusals`: some are answered 503, or the fault did not strike at all.
 * - `maybe`: some may be.
 */
export type Expected = 'nothing' | 'refusals' | 'maybe';

/** One way to break things. */
export interface Fault {
  readonly name: string;
  readonly expected: Expected;
  /** How often it strikes; once where nothing is said. */
  readonly rounds?: { readonly long: number; readonly short: number };
  /** Whether Redis comes back with `restore` only; else it is part of the healing that it is used again. */
  readonly leavesRedisAway?: true;
  /** Why it cannot be done on this machine; null when it can. */
  hindrance?(stage: Stage): string | null;
  /** Sets the stage before the load begins. */
  prepare?(stage: Stage): Promise<void>;
  /** Breaks something under load and makes it whole again; resolves when the outside is as it was. */
  strike(strike: Strike): Promise<void>;
  /** Brings the stage back to what the other faults expect, after everything was checked. */
  restore?(stage: Stage): Promise<void>;
}
