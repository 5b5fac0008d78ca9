import { Injectable, type OnModuleInit } from '@nestjs/common';
import { OverloadService } from '../overload/overload.service';
import { overloadProblem } from '../overload/refusal';

/**
 * Most payloads that are parsed and written at once: enough to fill the transactions under way and the next ones. Those
 * beyond it wait as the bytes that they are, so that a crowd shares the turns of the event loop with no more than these.
 */
const maxAdmitted = 400;

interface Waiting {
  readonly sinceMs: number;
  readonly enter: () => void;
  readonly refuse: (reason: unknown) => void;
}

/** Lets payloads that have arrived in, first come first served, and no more at once than there is use for. */
@Injectable()
export class AdmissionService implements OnModuleInit {
  private admitted = 0;
  private readonly waiting: Waiting[] = [];

  constructor(private readonly overload: OverloadService) {}

  onModuleInit(): void {
    this.overload.watchOldestWait(() => {
      const [oldest] = this.waiting;
      return oldest === undefined ? 0 : performance.now() - oldest.sinceMs;
    });
  }

  /**
   * Runs the work of one payload when its turn has come; resolves or rejects as it does.
   *
   * Errors: rejects with a 503 problem, without having begun, when it has become too much since the request was let
   * through; so does one that waits here when that is found out.
   */
  async admit<T>(work: () => Promise<T>): Promise<T> {
    const { writes } = this.overload;
    if (writes.isOverloaded && writes.underWay >= writes.limit) this.refuse();
    writes.begin();
    let isStored = false;
    try {
      await this.enter();
      try {
        const result = await work();
        isStored = true;
        return result;
      } finally {
        this.leave();
      }
    } finally {
      writes.end(isStored);
    }
  }

  private enter(): Promise<void> | undefined {
    if (this.admitted < maxAdmitted) {
      this.admitted++;
      return undefined;
    }
    return new Promise<void>((enter, refuse) => {
      this.waiting.push({ sinceMs: performance.now(), enter, refuse });
    });
  }

  /** Gives the place to the next one. */
  private leave(): void {
    this.dropLate();
    const next = this.waiting.shift();
    if (next === undefined) this.admitted--;
    else next.enter();
  }

  /** Of a queue that is too long the oldest would be answered too late, and so would all behind them. */
  private dropLate(): void {
    const { writes } = this.overload;
    if (!writes.isOverloaded) return;
    const lateMs = performance.now() - writes.targetMs;
    while (this.waiting[0] !== undefined && this.waiting[0].sinceMs < lateMs) {
      this.overload.note('backlog');
      this.waiting.shift()?.refuse(overloadProblem());
    }
  }

  private refuse(): never {
    this.overload.note('backlog');
    throw overloadProblem();
  }
}
