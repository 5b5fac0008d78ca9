/**
 * Lets the writes of one user go one after another, so that a long one keeps its own user's others waiting here and not
 * in PostgreSQL, each with a connection that everybody else would need.
 *
 * Other processes still meet at the user's advisory lock.
 */
export class UserTurns {
  private readonly last = new Map<string, Promise<unknown>>();

  /** Runs `work` after all that was given for the user before; resolves or rejects as it does. */
  async take<T>(userId: string, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(userId) ?? Promise.resolve();
    const own = before.then(work, work);
    const settled = own.catch(() => undefined);
    this.last.set(userId, settled);
    try {
      return await own;
    } finally {
      if (this.last.get(userId) === settled) this.last.delete(userId);
    }
  }
}
