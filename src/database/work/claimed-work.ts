import type { IngestionKey } from '../ingestion-key';
import type { WorkKind } from './work.repository';

/** How far work has come. */
export interface WorkProgress {
  /** Bytes of the body whose samples are written, inflated. */
  readonly bytesDone: number;
  /** Samples that were read from them. */
  readonly samplesDone: number;
  /** Time that was worked for them, of all attempts. */
  readonly workedMs: number;
}

/** Work that is held under a lease: until it ends nobody else takes it up. */
export interface ClaimedWork extends IngestionKey {
  readonly kind: Exclude<WorkKind, 'receive'>;
  /** Tells this claim from every other one. */
  readonly holder: string;
  /** This attempt's number since it last came further. */
  readonly attempts: number;
  /** What an earlier attempt has left, as it was saved; null at the beginning. */
  readonly checkpoint: unknown;
  readonly progress: WorkProgress;
}

/** The lease ended and somebody else has taken the work up, or it is gone: nothing more of it may be written here. */
export class LeaseLostError extends Error {
  constructor() {
    super('the lease on an ingestion was lost');
    this.name = 'LeaseLostError';
  }
}
