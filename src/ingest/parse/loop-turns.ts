/** How long all tasks together hold the event loop in one turn of it, in ms. */
const turnBudgetMs = 2;

/**
 * Shares the event loop among tasks that have much to do, so that all of them together hold it for some 2 ms at a time.
 *
 * A task calls {@link breathe} before each step of its work and waits where it is given a promise; a step should be well
 * under 2 ms, since it is never interrupted. Those that wait go on in the order in which they came, one step each, also
 * within one turn; one that is new waits for one step of each of them at most. When the 2 ms of a turn are over, the
 * loop goes round once, through timers, sockets and whatever else waits, before the next 2 ms.
 */
export class LoopTurns {
  private readonly waiting: (() => void)[] = [];
  private turnStartMs = 0;
  /** From the first step after a rest until the loop has come round with no task waiting. */
  private isInTurn = false;
  /** The turn began in the middle of the loop's round and not where the loop comes round. */
  private isPartOfRound = false;
  private isHandingOn = false;

  /** `nowMs` is a clock that never goes back. */
  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  /** Undefined when the task may go on at once; otherwise it waits for the promise, which never rejects. */
  breathe(): Promise<void> | undefined {
    if (!this.isInTurn) {
      this.isInTurn = true;
      this.isPartOfRound = true;
      this.turnStartMs = this.nowMs();
      setImmediate(this.comeRound);
      return undefined;
    }
    if (this.waiting.length === 0 && !this.isSpent()) return undefined;
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.handOnLater();
    });
  }

  private readonly comeRound = (): void => {
    if (this.waiting.length === 0) {
      this.isInTurn = false;
      return;
    }
    setImmediate(this.comeRound);
    // Those who wait were held up in this very round; the sockets come first once more.
    if (this.isPartOfRound) this.isPartOfRound = false;
    else {
      this.turnStartMs = this.nowMs();
      this.handOn();
    }
  };

  private isSpent(): boolean {
    return this.nowMs() - this.turnStartMs >= turnBudgetMs;
  }

  private handOnLater(): void {
    if (this.isHandingOn || this.waiting.length === 0 || this.isSpent()) return;
    this.isHandingOn = true;
    // ORDER: after the microtasks, so that the step of the task before is done by then and counts.
    process.nextTick(this.handOn);
  }

  private readonly handOn = (): void => {
    this.isHandingOn = false;
    if (this.isSpent()) return;
    this.waiting.shift()?.();
    this.handOnLater();
  };
}

/** The turns of this process. */
export const loopTurns = new LoopTurns();
