/** One body of a load, a part of the plan's file. */
export interface PlannedBody {
  /** Where it begins in the file. */
  readonly offset: number;
  /** Bytes as they are sent. */
  readonly sentBytes: number;
  /** Bytes once inflated. */
  readonly bodyBytes: number;
}

/**
 * One connection. Its n-th request sends body `bodies[n]` with the key `keys[n / requestsPerKey]`, both beginning again
 * at their ends, so that a connection that goes on for long sends as further users and not the same samples again.
 */
export interface PlannedClient {
  readonly keys: readonly string[];
  readonly requestsPerKey: number;
  /** Indexes into the plan's bodies. */
  readonly bodies: readonly number[];
}

/** A time with one rate. */
export interface PacePhase {
  readonly ratePerS: number;
  readonly durationMs: number;
}

/** One request as its client saw it. */
export interface KeptAnswer {
  /** When it was due, since the start of the load. */
  readonly dueMs: number;
  /** From then to its answer. */
  readonly latencyMs: number;
  /** 0 for a connection that broke. */
  readonly status: number;
}

/** When requests are sent. */
export type Pace =
  /** Each client sends its next request when it has the answer to the last one, for this long. */
  | { readonly kind: 'closed'; readonly durationMs: number }
  /** The same until every client has sent this many. */
  | { readonly kind: 'counted'; readonly requestsPerClient: number }
  /**
   * Requests are due at seeded random times (as independent phones are: exponential gaps), whatever became of those
   * before. They go to the clients in turn; one whose client is busy waits, and its latency counts from when it was due.
   */
  | { readonly kind: 'open'; readonly ratePerS: number; readonly durationMs: number; readonly seed: number }
  /** The same, one rate after another. */
  | { readonly kind: 'phases'; readonly phases: readonly PacePhase[]; readonly seed: number }
  /** Each client sends a request every so often, the first ones spread evenly over that time. */
  | { readonly kind: 'periodic'; readonly everyMs: number; readonly durationMs: number };

/** All that a load generator does, as it is written to a file for it. */
export interface LoadPlan {
  readonly port: number;
  readonly bodiesFile: string;
  readonly bodies: readonly PlannedBody[];
  readonly contentEncoding: 'identity' | 'gzip';
  readonly clients: readonly PlannedClient[];
  /** Every client begins with this request of its sequence, so that a plan can go on where another one ended. */
  readonly firstRequest: number;
  readonly pace: Pace;
  /** Has the report hold every answer. */
  readonly keepsAnswers?: true;
  /** A request without an answer for this long after the end counts as unanswered. */
  readonly answerTimeoutMs: number;
}

/** Sums over all answers of 2xx. */
export interface Acknowledged {
  readonly requests: number;
  readonly sentBytes: number;
  readonly bodyBytes: number;
  readonly received: number;
  readonly stored: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly rejected: number;
}

/** What a load generator found. */
export interface LoadReport {
  /** From the first request to the last answer. */
  readonly elapsedMs: number;
  /** Answered in time with 2xx, a second. */
  readonly requestsPerS: number;
  /** Requests that were due, whatever became of them. */
  readonly due: number;
  readonly byStatus: Readonly<Record<string, number>>;
  /** Connections that broke, requests that were never sent, and requests that were never answered. */
  readonly faults: { readonly broken: number; readonly unsent: number; readonly unanswered: number };
  /** Whatever was not answered with 2xx. */
  readonly errors: number;
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number; readonly max: number };
  readonly acknowledged: Acknowledged;
  /** The request of the sequence with which no client has begun yet. */
  readonly nextRequest: number;
  /** Share of one core that the generator took; near 1 it is the generator that was measured. */
  readonly cpuShare: number;
  /** In the order in which they came, if the plan asked for them. */
  readonly answers: readonly KeptAnswer[];
  /** The last answer of 2xx, for who sends one request. */
  readonly lastReply: string;
}
