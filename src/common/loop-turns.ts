/** How long all tasks together hold the event loop in one turn of it, in ms. */
const turnBudgetMs = 2;

/**
 * Shares the event loop among tasks that have much to do, so that all of them together hold it for some 2 ms at a time.
 *
 * A task awaits {@link breathe} before each step of its work; a step should be well under 2 ms, since it is never
 * interrupted. Those that wait go on in the order in which they came, one step each, also within one turn; a newcomer
 * waits for one step of each of them at most. When the 2 ms of a turn are over, the loop goes round once, through timers,
 * sockets and whatever else waits, before the next 2 ms.
 */
export class LoopTurns {
  private readonly waiting: (() => void)[] = [];
  private turnStartMs = 0;
  /** From the first step after a rest until the loop has come round with no task waiting. */
  private isInTurn = false;
  /** The turn began in the middle of the loop's round and not where it comes round. */
  private isPartOfRound = false;
  /** A task has been let go on and may not have done its step yet. */
  private isTaken = false;

  /** `nowMs` is a clock that never goes back. */
  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  /** Undefined when the task may go on at once; otherwise it waits for the promise, which never rejects. */
  breathe(): Promise<void> | undefined {
    if (!this.isInTurn) {
      this.isInTurn = true;
      this.isPartOfRound = true;
      this.turnStartMs = this.nowMs();
      setImmediate(this.comeRound);
    }
    if (!this.isTaken && this.waiting.length === 0 && !this.isSpent()) {
      this.take();
      return undefined;
    }
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private readonly comeRound = (): void => {
    if (this.waiting.length === 0) {
      this.isInTurn = false;
      return;
    }
    setImmediate(this.comeRound);
    // Those that wait were held up in this very round: the sockets come first once more.
    if (this.isPartOfRound) this.isPartOfRound = false;
    else {
      this.turnStartMs = this.nowMs();
      this.handOn();
    }
  };

  private readonly handOn = (): void => {
    this.isTaken = false;
    if (this.waiting.length === 0 || this.isSpent()) return;
    this.take();
    this.waiting.shift()?.();
  };

  private readonly handOnAfterStep = (): void => {
    // ORDER: a tick that is asked for in a microtask comes after all microtasks, so the task has done its step by then,
    // however many promises lie before it.
    process.nextTick(this.handOn);
  };

  private take(): void {
    this.isTaken = true;
    queueMicrotask(this.handOnAfterStep);
  }

  private isSpent(): boolean {
    return this.nowMs() - this.turnStartMs >= turnBudgetMs;
  }
}

/** The turns of this process. */
export const loopTurns = new LoopTurns();
