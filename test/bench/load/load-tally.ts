import { percentile } from '../figures';
import type { KeptAnswer, LoadReport, PlannedBody } from './load-plan';

const counts = ['received', 'stored', 'updated', 'unchanged', 'rejected'] as const;

/** Counts what becomes of requests. */
export class LoadTally {
  private readonly latenciesMs: number[] = [];
  private readonly byStatus: Record<string, number> = {};
  private readonly sums = {
    requests: 0,
    sentBytes: 0,
    bodyBytes: 0,
    received: 0,
    stored: 0,
    updated: 0,
    unchanged: 0,
    rejected: 0,
  };
  private readonly cpuAtStart = process.cpuUsage();
  private readonly startMs = performance.now();
  /** When the last answer came, or the tally began. */
  lastAnswerMs = this.startMs;
  private brokenCount = 0;
  private lastReply = '';
  private readonly answers: KeptAnswer[] = [];

  constructor(private readonly keepsAnswers: boolean) {}

  /** Notes an answer; `latencyMs` counts from when the request was due. */
  answered(status: number, reply: string, body: PlannedBody, latencyMs: number): void {
    this.lastAnswerMs = performance.now();
    this.keep(latencyMs, status);
    this.byStatus[status] = (this.byStatus[status] ?? 0) + 1;
    if (status < 200 || status > 299) return;
    const account = JSON.parse(reply);
    for (const key of counts) this.sums[key] += account[key] ?? 0;
    this.sums.requests++;
    this.sums.sentBytes += body.sentBytes;
    this.sums.bodyBytes += body.bodyBytes;
    this.lastReply = reply;
  }

  /** Notes a request whose connection ended before its answer. */
  broken(latencyMs: number): void {
    this.brokenCount++;
    this.keep(latencyMs, 0);
  }

  private keep(latencyMs: number, status: number): void {
    this.latenciesMs.push(latencyMs);
    if (!this.keepsAnswers) return;
    this.answers.push({ dueMs: performance.now() - latencyMs - this.startMs, latencyMs, status });
  }

  /** Closes the account: `lateMs` are the waits, so far, of requests that were never sent or never answered. */
  report(lateMs: readonly number[], unsent: number, nextRequest: number): LoadReport {
    const { user, system } = process.cpuUsage(this.cpuAtStart);
    const wallMs = performance.now() - this.startMs;
    const elapsedMs = this.lastAnswerMs - this.startMs;
    const all = [...this.latenciesMs, ...lateMs];
    return {
      elapsedMs,
      requestsPerS: this.sums.requests / (elapsedMs / 1000),
      due: all.length,
      byStatus: this.byStatus,
      faults: { broken: this.brokenCount, unsent, unanswered: lateMs.length - unsent },
      errors: all.length - this.sums.requests,
      latencyMs: {
        p50: percentile(all, 0.5),
        p95: percentile(all, 0.95),
        p99: percentile(all, 0.99),
        max: percentile(all, 1),
      },
      acknowledged: this.sums,
      nextRequest,
      cpuShare: (user + system) / 1000 / wallMs,
      answers: this.answers,
      lastReply: this.lastReply,
    };
  }
}
