/** What {@link withDeadline} rejects with when nothing came in time. */
export class DeadlineError extends Error {
  constructor(timeoutMs: number) {
    super(`nothing came within ${timeoutMs} ms`);
    this.name = 'DeadlineError';
  }
}

/**
 * Settles as `promise` does, or rejects with DeadlineError after `timeoutMs` in which the event loop was free. What comes
 * later is ignored, a rejection too; the work itself goes on.
 */
export async function withDeadline<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let start: NodeJS.Immediate | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    // A slow process is not a slow partner. Clients send what they are asked at the end of this turn of the event loop:
    // the time begins when it has left. And after a long block the timer fires before the answers that have arrived are
    // read: they are given one turn.
    start = setImmediate(() => {
      timer = setTimeout(() => setImmediate(() => reject(new DeadlineError(timeoutMs))), timeoutMs);
    });
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearImmediate(start);
    clearTimeout(timer);
  }
}
