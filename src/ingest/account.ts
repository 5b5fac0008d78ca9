import type { RejectReason } from '../catalogue/reject-reason';

/** One sample that was kept out, and why. */
export interface Rejection {
  /** Where it stands in the body, as a JSON pointer: `/data/metrics/0/data/12`. */
  readonly path: string;
  readonly metric: string;
  readonly reason: RejectReason;
}

/** What became of some samples: `received = stored + updated + unchanged + rejected`, always. */
export interface SampleCounts {
  received: number;
  stored: number;
  updated: number;
  unchanged: number;
  rejected: number;
}

/** What became of every sample of a payload, in all and for each metric or kind. */
export interface Account extends SampleCounts {
  readonly metrics: Readonly<Record<string, SampleCounts>>;
  /** The first 100 of the rejected samples, in the order of the body. */
  readonly rejections: readonly Rejection[];
}

/** More rejections than this are counted and not listed, so that a reply stays small. */
const maxListedRejections = 100;

function noSamples(): SampleCounts {
  return { received: 0, stored: 0, updated: 0, unchanged: 0, rejected: 0 };
}

/** Keeps the account of one payload while it is read and written. */
export class AccountUnderWay {
  private readonly lines = new Map<string, SampleCounts>();
  private readonly rejections: Rejection[] = [];
  /** How many samples were kept out for each reason, however many they are. */
  readonly rejectedBy = new Map<RejectReason, number>();
  private last: { readonly metric: string; readonly line: SampleCounts } | null = null;

  /** Counts a sample that is going to be written. */
  accept(metric: string): void {
    this.line(metric).received++;
  }

  /** Counts a sample that is kept out. */
  reject(metric: string, path: string, reason: RejectReason): void {
    const line = this.line(metric);
    line.received++;
    line.rejected++;
    this.rejectedBy.set(reason, (this.rejectedBy.get(reason) ?? 0) + 1);
    if (this.rejections.length < maxListedRejections) this.rejections.push({ path, metric, reason });
  }

  /**
   * The account once everything is written; `written` says what became of the accepted samples of each line.
   * Throws when it does not add up: then a sample would be lost without being counted, which is a fault of ours.
   */
  close(written: ReadonlyMap<string, { stored: number; updated: number; unchanged: number }>): Account {
    const total = noSamples();
    const metrics: Record<string, SampleCounts> = Object.create(null);
    for (const [metric, line] of this.lines) {
      const counts = { ...line, ...written.get(metric) };
      if (counts.received !== counts.stored + counts.updated + counts.unchanged + counts.rejected) {
        throw new Error('the account of an ingestion does not add up');
      }
      metrics[metric] = counts;
      for (const key of Object.keys(total) as (keyof SampleCounts)[]) total[key] += counts[key];
    }
    return { ...total, metrics, rejections: this.rejections };
  }

  private line(metric: string): SampleCounts {
    // Samples of one metric come in a row.
    if (this.last !== null && this.last.metric === metric) return this.last.line;
    let line = this.lines.get(metric);
    if (line === undefined) {
      line = noSamples();
      this.lines.set(metric, line);
    }
    this.last = { metric, line };
    return line;
  }
}
