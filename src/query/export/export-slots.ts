import { Problem } from '../../common/problem';

/** How long a client is told to wait for a place. */
const retryAfterS = 30;

/** Bounds how many exports are written at once: each holds some megabytes, and takes turns of the one event loop. */
export class ExportSlots {
  private readonly taken = new Set<string>();

  constructor(private readonly slots: number) {}

  /**
   * A place for an export of this user; what is returned gives it back.
   *
   * Errors: throws Problem 503 `export_busy` when all are taken, or when the user has one already.
   */
  take(userId: string): () => void {
    if (this.taken.has(userId)) {
      throw new Problem(503, 'export_busy', 'An export of this user is under way.', { retryAfterS });
    }
    if (this.taken.size >= this.slots) {
      throw new Problem(503, 'export_busy', 'As many exports as there may be are under way.', { retryAfterS });
    }
    this.taken.add(userId);
    return () => void this.taken.delete(userId);
  }
}
