import { seededRandom } from '../generate-samples';
import type { Pace, PacePhase } from './load-plan';

/** A request that is due: for whom, and since when (ms of `performance.now()`). */
export interface DueRequest {
  readonly client: number;
  readonly dueMs: number;
}

/** Times at which requests are due that do not depend on answers; empty for the paces that do. */
export function* dueRequests(pace: Pace, clients: number, startMs: number): Generator<DueRequest> {
  if (pace.kind === 'open') yield* randomRequests([pace], pace.seed, clients, startMs);
  if (pace.kind === 'phases') yield* randomRequests(pace.phases, pace.seed, clients, startMs);
  if (pace.kind === 'periodic') {
    const count = Math.floor((clients * pace.durationMs) / pace.everyMs);
    for (let n = 0; n < count; n++) {
      yield { client: n % clients, dueMs: startMs + (n * pace.everyMs) / clients };
    }
  }
}

function* randomRequests(
  phases: readonly PacePhase[],
  seed: number,
  clients: number,
  startMs: number,
): Generator<DueRequest> {
  const random = seededRandom(seed);
  let phaseStartMs = startMs;
  let n = 0;
  for (const { ratePerS, durationMs } of phases) {
    let dueMs = phaseStartMs;
    phaseStartMs += durationMs;
    for (;;) {
      dueMs += (-Math.log(1 - random()) * 1000) / ratePerS;
      if (dueMs >= phaseStartMs) break;
      yield { client: n++ % clients, dueMs };
    }
  }
}

/** Whether a client goes on when it has its answer, having sent `sent` requests. */
export function goesOn(pace: Pace, sent: number, elapsedMs: number): boolean {
  if (pace.kind === 'closed') return elapsedMs < pace.durationMs;
  return pace.kind === 'counted' && sent < pace.requestsPerClient;
}
