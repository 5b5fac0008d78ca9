import { stat } from 'node:fs';
import { setImmediate as roundOfLoop } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { LoopTurns } from '../../../src/common/loop-turns';

/** Tasks on a clock that only their steps move: each takes its time and leaves its name. */
class Workshop {
  nowMs = 0;
  readonly steps: string[] = [];
  readonly turns = new LoopTurns(() => this.nowMs);

  async work(name: string, steps: number, stepMs: number): Promise<void> {
    for (let step = 0; step < steps; step++) {
      await this.turns.breathe();
      this.nowMs += stepMs;
      this.steps.push(name);
    }
  }

  /** What has been worked at each of the next comings round of the loop, in ms; before what works there. */
  async watch(rounds: number): Promise<number[]> {
    const workedMs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      await roundOfLoop();
      workedMs.push(this.nowMs);
    }
    return workedMs;
  }
}

function rest(): Promise<void> {
  return roundOfLoop().then(() => roundOfLoop());
}

/** Runs something where sockets are served, between timers and immediates. */
function inPollPhase<T>(work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    stat(__filename, () => work().then(resolve, reject));
  });
}

describe('LoopTurns', () => {
  it('gives no promise to the first after a rest', async () => {
    const { turns } = new Workshop();
    expect(turns.breathe()).toBeUndefined();
    await rest();
    expect(turns.breathe()).toBeUndefined();
  });

  it('lets nobody go on before the one that may has had time for its step', async () => {
    const { turns } = new Workshop();
    expect(turns.breathe()).toBeUndefined();
    await expect(turns.breathe()).resolves.toBeUndefined();
  });

  it('holds a task up until the loop has come round', async () => {
    const workshop = new Workshop();
    expect(workshop.turns.breathe()).toBeUndefined();
    workshop.nowMs += 2;
    let isOver = false;
    const breath = workshop.turns.breathe()?.then(() => {
      isOver = true;
    });
    await Promise.resolve();
    expect(isOver).toBe(false);
    await breath;
    expect(isOver).toBe(true);
  });

  it('gives all tasks together 2 ms of each turn', async () => {
    const workshop = new Workshop();
    const watched = workshop.watch(40);
    const tasks = Array.from({ length: 10 }, (_, i) => workshop.work(`${i}`, 10, 0.5));
    const workedMs = await watched;
    await Promise.all(tasks);
    const perRound = workedMs.slice(1).map((ms, i) => ms - (workedMs[i] as number));
    expect(Math.max(workedMs[0] as number, ...perRound)).toBeLessThanOrEqual(2);
    expect(workedMs.at(-1)).toBe(50);
  });

  it('serves the sockets once more before those go on that they have started', async () => {
    const workshop = new Workshop();
    const [workedMs] = await inPollPhase(() =>
      Promise.all([workshop.watch(4), workshop.work('a', 8, 1), workshop.work('b', 8, 1)]),
    );
    // At the second coming round nothing has been done since the first: there was only its own round's poll between.
    expect(workedMs).toEqual([2, 2, 4, 6]);
  });

  it('lets those that wait go on one step each, in the order in which they came', async () => {
    const workshop = new Workshop();
    await Promise.all(['a', 'b', 'c'].map((name) => workshop.work(name, 4, 1)));
    expect(workshop.steps.join('')).toBe('abcabcabcabc');
  });

  it('lets a small newcomer wait for one step of each of the others', async () => {
    const workshop = new Workshop();
    const large = ['a', 'b', 'c', 'd'].map((name) => workshop.work(name, 30, 1));
    await workshop.watch(5);
    const before = workshop.steps.length;
    await workshop.work('x', 1, 0.1);
    expect(workshop.steps.length - before).toBeLessThanOrEqual(5);
    await Promise.all(large);
  });

  it('lets many small tasks run in one turn', async () => {
    const workshop = new Workshop();
    await workshop.work('first', 1, 2);
    const tasks = Array.from({ length: 15 }, (_, i) => workshop.work(`${i}`, 1, 0.125));
    const workedMs = await workshop.watch(4);
    expect(workedMs.at(-1)).toBe(2 + 15 * 0.125);
    await Promise.all(tasks);
  });

  it('counts the step of a task that starts some promises later', async () => {
    const workshop = new Workshop();
    const breatheDeeply = async (hops: number): Promise<void> => {
      if (hops === 0) await workshop.turns.breathe();
      else await breatheDeeply(hops - 1);
    };
    const work = async (): Promise<void> => {
      for (let step = 0; step < 5; step++) {
        await breatheDeeply(6);
        workshop.nowMs += 1;
      }
    };
    await workshop.work('first', 1, 2);
    const watched = workshop.watch(40);
    const tasks = Array.from({ length: 6 }, work);
    const workedMs = await watched;
    await Promise.all(tasks);
    const perRound = workedMs.slice(1).map((ms, i) => ms - (workedMs[i] as number));
    expect(Math.max(...perRound)).toBeLessThanOrEqual(2);
    expect(workedMs.at(-1)).toBe(32);
  });
});
