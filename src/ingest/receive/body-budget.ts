import { Problem } from '../../common/problem';

/** When a client may try again after the memory for bodies was used up, in s: an average upload is stored by then. */
const retryAfterS = 5;

/**
 * How many bytes of bodies the process holds at once, so that many large ones cannot exhaust it. One body alone is
 * always let in.
 */
export class BodyBudget {
  private heldBytes = 0;
  private bodies = 0;

  constructor(private readonly maxBytes: number) {}

  /** Opens the account of one body. */
  open(): BodyAllowance {
    this.bodies++;
    let ownBytes = 0;
    return {
      take: (bytes) => {
        if (this.bodies > 1 && this.heldBytes + bytes > this.maxBytes) {
          throw new Problem(503, 'too_busy', 'Too many large bodies at once. Nothing was changed; try again.', {
            retryAfterS,
          });
        }
        ownBytes += bytes;
        this.heldBytes += bytes;
      },
      giveBack: () => {
        this.heldBytes -= ownBytes;
        ownBytes = 0;
      },
      close: () => {
        this.heldBytes -= ownBytes;
        ownBytes = 0;
        this.bodies--;
      },
    };
  }
}

/** What one body may take of the budget. */
export interface BodyAllowance {
  /** Takes some bytes more. Throws a 503 problem when the budget is used up. */
  take(bytes: number): void;
  /** Gives back all that was taken: what was held is stored elsewhere now. */
  giveBack(): void;
  /** Gives back all that was taken; to be called once, when the body is no longer held. */
  close(): void;
}
