import { loopTurns } from '../../common/loop-turns';

/** One unit of work that can share a transaction with others. */
export interface GroupMember {
  readonly userId: string;
  /** Its share of a transaction: the rows that it writes. */
  readonly rows: number;
}

/** Bounds on groups. */
export interface GroupLimits {
  /** Most transactions at once. */
  readonly maxOpen: number;
  /** Most members of one transaction. */
  readonly maxMembers: number;
  /** Rows after which a group takes no further member; one alone may have more. */
  readonly maxRows: number;
  /** Rows that must be waiting for one more transaction while another is under way. */
  readonly minRowsBeside: number;
  /**
   * Time, in ms, after a group's failure in which its parts are begun; what is left then fails as they did. Each part may
   * wait for a lock as long as the whole group did, and nobody is to wait for all of them.
   */
  readonly maxHalvingMs: number;
}

/** What a failed group is to do: fail as a whole, or go on in halves until the guilty member stands alone. */
export type GroupVerdict = 'fail' | 'halve';

/**
 * An answer is work too, some 0.1 ms, and a group has a hundred of them: so many go out in one step. One by one they would
 * wake their clients one by one, and the next requests would come as they went: 970 requests/s instead of 1,370.
 */
const answersAtOnce = 24;

interface Waiting<Member, Result> {
  readonly member: Member;
  readonly resolve: (result: Result) => void;
  readonly reject: (reason: unknown) => void;
}

/** What is to be told to whom, when a group has failed. */
function refuse(group: readonly Waiting<unknown, never>[], error: unknown): (() => void)[] {
  return group.map(
    ({ reject }) =>
      () =>
        reject(error),
  );
}

/**
 * Lets small writes share transactions: what comes in while one is under way waits and goes into the next one together,
 * which is begun when the other has ended or when enough is waiting to be worth one beside it. A write that comes alone
 * is begun at once; nobody waits for a timer.
 *
 * One user's writes go one after another, in the order given, at most one of them in a group: a long one keeps its own
 * user's others waiting here and not in PostgreSQL, each with a connection that everybody else would need.
 * A group that fails is rolled back; its halves go into transactions of their own, so that one bad member fails alone.
 *
 * Errors: `submit` rejects as the member's own transaction does. `commit` gives one result a member, in their order.
 */
export class GroupCommit<Member extends GroupMember, Result> {
  private waiting: Waiting<Member, Result>[] = [];
  private readonly busyUsers = new Set<string>();
  private open = 0;
  private waitingRows = 0;

  constructor(
    private readonly limits: GroupLimits,
    private readonly commit: (members: readonly Member[]) => Promise<readonly Result[]>,
    private readonly judge: (error: unknown) => GroupVerdict,
  ) {}

  /** Resolves with the member's result once it is committed. */
  submit(member: Member): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ member, resolve, reject });
      this.waitingRows += member.rows;
      this.startNext();
    });
  }

  private startNext(): void {
    while (this.open === 0 || (this.open < this.limits.maxOpen && this.waitingRows >= this.limits.minRowsBeside)) {
      const group = this.takeGroup();
      if (group.length === 0) return;
      this.open++;
      void this.runGroup(group);
    }
  }

  /** The next group: the first that wait, each of another user whose earlier write is done. */
  private takeGroup(): Waiting<Member, Result>[] {
    const group: Waiting<Member, Result>[] = [];
    const left: Waiting<Member, Result>[] = [];
    let rows = 0;
    let isFull = false;
    // A user who is passed over is passed over for the rest too: one's own order is kept.
    const passedOver = new Set<string>();
    for (const waiting of this.waiting) {
      const { userId, rows: ownRows } = waiting.member;
      isFull ||= group.length > 0 && (group.length >= this.limits.maxMembers || rows + ownRows > this.limits.maxRows);
      if (isFull || this.busyUsers.has(userId) || passedOver.has(userId)) {
        left.push(waiting);
        passedOver.add(userId);
        continue;
      }
      group.push(waiting);
      rows += ownRows;
      passedOver.add(userId);
    }
    this.waiting = left;
    this.waitingRows -= rows;
    for (const { member } of group) this.busyUsers.add(member.userId);
    return group;
  }

  private async runGroup(group: readonly Waiting<Member, Result>[]): Promise<void> {
    const outcomes = await this.settle(group);
    for (const { member } of group) this.busyUsers.delete(member.userId);
    this.open--;
    // ORDER: the next transaction first: the database works while the answers go out.
    this.startNext();
    for (const [i, tell] of outcomes.entries()) {
      if (i % answersAtOnce === 0) await loopTurns.breathe();
      tell();
    }
  }

  /** Commits the group, or what of it can be; returns what is to be told to whom. Never rejects. */
  private async settle(
    group: readonly Waiting<Member, Result>[],
    giveUpAtMs = Number.POSITIVE_INFINITY,
  ): Promise<(() => void)[]> {
    try {
      const results = await this.commit(group.map(({ member }) => member));
      return group.map(
        ({ resolve }, i) =>
          () =>
            resolve(results[i] as Result),
      );
    } catch (error) {
      if (group.length === 1 || this.judge(error) === 'fail') return refuse(group, error);
      const untilMs = Math.min(giveUpAtMs, performance.now() + this.limits.maxHalvingMs);
      const middle = group.length >> 1;
      const first = await this.settle(group.slice(0, middle), untilMs);
      const rest = group.slice(middle);
      return [...first, ...(performance.now() > untilMs ? refuse(rest, error) : await this.settle(rest, untilMs))];
    }
  }
}
