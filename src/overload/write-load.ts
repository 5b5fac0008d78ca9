/** Bounds on the payloads that have arrived and are not stored yet. */
export interface WriteLoadLimits {
  /** With as many it is overload: more than a crowd in which everybody waits for one answer. */
  readonly maxUnderWay: number;
  /** How long the newest payload may take while it is overload. */
  readonly targetMs: number;
}

/** Never held to fewer than this: transactions must stay full enough for the rate to be found out. */
const minUnderWay = 96;

/** How much of the old value an average keeps for one second. */
const keptPerS = 0.3;

/**
 * How much of the best rate seen is kept for one second without it. A queue that is kept short makes small transactions
 * and these a lower rate: the limit must not follow the rate down at once.
 */
const capacityKeptPerS = 0.95;

/** What is offered must stay below this share of what can be stored, for this long, before it is over. */
const calmShare = 0.95;
const calmMs = 1000;

/**
 * How much is being written, and whether it is too much.
 *
 * `maxUnderWay` payloads at once are overload. From then on only as many are let in as are stored within
 * `targetMs`, until for a second less is offered than can be stored. In the normal state nothing is refused: a thousand
 * clients that wait for one answer each are a crowd and no overload, however long they wait.
 */
export class WriteLoad {
  underWay = 0;
  private isOver = false;
  /** Let through since the last tick and not arrived yet; those that dawdle are forgotten with it. */
  private expected = 0;
  private offered = 0;
  private stored = 0;
  private offeredPerS = 0;
  private storedPerS = 0;
  private capacityPerS = 0;
  private calmForMs = 0;

  constructor(private readonly limits: WriteLoadLimits) {}

  /** How long the newest payload may take while it is overload. */
  get targetMs(): number {
    return this.limits.targetMs;
  }

  /** From the moment of too much until it is over. */
  get isOverloaded(): boolean {
    return this.isOver;
  }

  /** As many as may be under way now. */
  get limit(): number {
    if (!this.isOver) return this.limits.maxUnderWay;
    const { maxUnderWay, targetMs } = this.limits;
    return Math.min(maxUnderWay, Math.max(minUnderWay, Math.round((this.capacityPerS * targetMs) / 1000)));
  }

  /** Whether one more payload is one too many. */
  get isFull(): boolean {
    return this.underWay + this.expected >= this.limit;
  }

  /** Notes a request that is let through; its payload will arrive in a moment. */
  noteExpected(): void {
    this.expected++;
  }

  /** Notes a request to write, whatever becomes of it. */
  noteOffer(): void {
    this.offered++;
  }

  /** A payload has arrived. */
  begin(): void {
    this.underWay++;
    if (this.expected > 0) this.expected--;
    if (this.underWay < this.limits.maxUnderWay) return;
    this.isOver = true;
    this.calmForMs = 0;
  }

  /** It is done with, one way or the other; `isStored` when it took the time of being stored. */
  end(isStored: boolean): void {
    this.underWay--;
    if (isStored) this.stored++;
  }

  /** Takes stock; `elapsedMs` since the last time. */
  tick(elapsedMs: number): void {
    const s = Math.max(elapsedMs, 1) / 1000;
    const kept = keptPerS ** s;
    this.offeredPerS = kept * this.offeredPerS + ((1 - kept) * this.offered) / s;
    this.storedPerS = kept * this.storedPerS + ((1 - kept) * this.stored) / s;
    this.capacityPerS = Math.max(this.storedPerS, this.capacityPerS * capacityKeptPerS ** s);
    this.offered = 0;
    this.stored = 0;
    this.expected = 0;
    if (!this.isOver) return;
    const isCalm = this.offeredPerS < calmShare * this.capacityPerS && this.underWay <= this.limit;
    this.calmForMs = isCalm ? this.calmForMs + elapsedMs : 0;
    if (this.calmForMs >= calmMs) this.isOver = false;
  }
}
