import { Problem } from '../../common/problem';

/** How fast a body must come. */
export interface BodyPace {
  readonly progressBytes: number;
  /** In each such time. */
  readonly progressMs: number;
}

/** What is looked at of a request: Node's IncomingMessage. */
export interface WatchedRequest {
  readonly socket: { readonly bytesRead: number };
  /** Bytes that have come and were not taken. */
  readonly readableLength: number;
  readonly readableFlowing: boolean | null;
}

/** A body that is on its way. */
interface Arriving {
  readonly request: WatchedRequest;
  readonly refuse: (problem: Problem) => void;
  /** Where the time under measurement began. */
  sinceMs: number;
  sinceBytes: number;
}

/** True while nothing but the client holds the body up: all that has come was taken, and more would be. */
function isWaitingForClient({ readableLength, readableFlowing }: WatchedRequest): boolean {
  return readableLength === 0 && readableFlowing === true;
}

/**
 * Refuses bodies that hardly move, so that clients that send a byte now and then hold neither memory nor connections.
 *
 * A body must have come on by `progressBytes` in each `progressMs` in which this process waited for it; time in which the
 * process itself did not read on is not the client's.
 */
export class SlowBodies {
  private readonly arriving = new Set<Arriving>();

  constructor(private readonly pace: BodyPace) {}

  /** Watches a body, until the function that is returned is called; `refuse` is told at most once. */
  watch(request: WatchedRequest, refuse: (problem: Problem) => void, nowMs = performance.now()): () => void {
    const entry = { request, refuse, sinceMs: nowMs, sinceBytes: request.socket.bytesRead };
    this.arriving.add(entry);
    return () => this.arriving.delete(entry);
  }

  /** Looks at all bodies; to be called several times in each `progressMs`. Returns how many were refused. */
  check(nowMs = performance.now()): number {
    let refused = 0;
    for (const entry of this.arriving) {
      if (!this.isTooSlow(entry, nowMs)) continue;
      this.arriving.delete(entry);
      refused++;
      const { progressBytes, progressMs } = this.pace;
      const detail = `The body came on by less than ${progressBytes} bytes in ${progressMs / 1000} s.`;
      entry.refuse(new Problem(408, 'body_too_slow', detail));
    }
    return refused;
  }

  private isTooSlow(entry: Arriving, nowMs: number): boolean {
    const { progressBytes, progressMs } = this.pace;
    const bytes = entry.request.socket.bytesRead;
    if (isWaitingForClient(entry.request)) {
      const elapsedMs = nowMs - entry.sinceMs;
      if (elapsedMs < progressMs) return false;
      if (bytes - entry.sinceBytes < (progressBytes * elapsedMs) / progressMs) return true;
    }
    entry.sinceMs = nowMs;
    entry.sinceBytes = bytes;
    return false;
  }
}
