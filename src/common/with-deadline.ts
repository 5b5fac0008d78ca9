/** What {@link withDeadline} rejects with when nothing came in time. */
export class DeadlineError extends Error {
  constructor(timeoutMs: number) {
    super(`nothing came within ${timeoutMs} ms`);
    this.name = 'DeadlineError';
  }
}

/**
 * Settles as `promise` does, or rejects with DeadlineError after `timeoutMs`. What comes later is ignored, a rejection
 * too; the work itself goes on.
 */
export async function withDeadline<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    // After a long block of the event loop the timer fires before the answers that have arrived are read: they are
    // given one turn, because a slow process is not a slow partner.
    timer = setTimeout(() => setImmediate(() => reject(new DeadlineError(timeoutMs))), timeoutMs);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
