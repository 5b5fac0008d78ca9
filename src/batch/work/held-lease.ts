import { type ClaimedWork, LeaseLostError } from '../../database/work/claimed-work';
import type { WorkLeaseRepository } from '../../database/work/work-lease.repository';

/** A lease is renewed when a third of it is over: two renewals may fail before it ends. */
const renewalsPerLease = 3;

/** Keeps a lease alive while its work is done. */
export class HeldLease {
  private readonly aborting = new AbortController();
  private readonly timer: NodeJS.Timeout;

  constructor(leases: WorkLeaseRepository, claim: ClaimedWork, leaseMs: number) {
    const renew = async (): Promise<void> => {
      try {
        await leases.renew(claim, leaseMs);
      } catch (error) {
        // Any other fault is the database's: the next renewal, or the work itself, will hear of it.
        if (error instanceof LeaseLostError) this.aborting.abort(error);
      }
    };
    this.timer = setInterval(() => void renew(), leaseMs / renewalsPerLease).unref();
  }

  /** Aborted when the lease is lost, or by {@link interrupt}. */
  get signal(): AbortSignal {
    return this.aborting.signal;
  }

  /** Tells who does the work to stop soon, and why. */
  interrupt(reason: Error): void {
    this.aborting.abort(reason);
  }

  /** Renews it no more. */
  end(): void {
    clearInterval(this.timer);
  }
}
