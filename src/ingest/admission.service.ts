import { Injectable } from '@nestjs/common';

/**
 * Most payloads that are parsed and written at once: enough to fill the transactions under way and the next ones. Those
 * beyond it wait as the bytes that they are, so that a crowd shares the turns of the event loop with no more than these.
 */
const maxAdmitted = 400;

/** Lets payloads that have arrived in, first come first served, and no more at once than there is use for. */
@Injectable()
export class AdmissionService {
  private admitted = 0;
  private readonly waiting: (() => void)[] = [];

  /** Runs the work of one payload when its turn has come; resolves or rejects as it does. */
  async admit<T>(work: () => Promise<T>): Promise<T> {
    if (this.admitted >= maxAdmitted) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.admitted++;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.admitted--;
      else next();
    }
  }
}
