import { describe, expect, test } from 'vitest';
import { ChunkTuner } from '../../../src/batch/chunk-tuner';

const bounds = { startRows: 8000, minRows: 2000, maxRows: 32_000 };

/** Writes full chunks, at the speed that a size has, and returns the sizes used. */
function run(tuner: ChunkTuner, chunks: number, rowsPerSOf: (rows: number) => number): number[] {
  const sizes: number[] = [];
  for (let i = 0; i < chunks; i++) {
    sizes.push(tuner.rows);
    tuner.note(tuner.rows, (tuner.rows / rowsPerSOf(tuner.rows)) * 1000);
  }
  return sizes;
}

/** The size that was used most. */
function usual(sizes: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const size of sizes) counts.set(size, (counts.get(size) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] as number;
}

describe('the chunk size', () => {
  test('begins where it is told to, within its bounds', () => {
    expect(new ChunkTuner(bounds).rows).toBe(8000);
    expect(new ChunkTuner({ ...bounds, startRows: 100 }).rows).toBe(2000);
    expect(new ChunkTuner({ ...bounds, startRows: 99_999 }).rows).toBe(32_000);
  });

  test('grows to its upper bound where larger is faster, and shrinks to its lower one where smaller is', () => {
    const growing = new ChunkTuner(bounds);
    run(growing, 400, (rows) => rows);
    expect(usual(run(growing, 200, (rows) => rows))).toBe(32_000);
    const shrinking = new ChunkTuner(bounds);
    run(shrinking, 400, (rows) => 1e9 / rows);
    expect(usual(run(shrinking, 200, (rows) => 1e9 / rows))).toBe(2000);
  });

  test('stays where it is when all sizes are alike, tries a neighbour at times, and never leaves its bounds', () => {
    const tuner = new ChunkTuner(bounds);
    const sizes = run(tuner, 500, () => 100_000);
    expect(usual(sizes)).toBe(8000);
    expect(new Set(sizes)).toEqual(new Set([8000, 12_000, 5333]));
  });

  test('learns nothing from chunks that are not full', () => {
    const tuner = new ChunkTuner(bounds);
    for (let i = 0; i < 100; i++) tuner.note(100, 1);
    expect(tuner.rows).toBe(8000);
  });

  test('with equal bounds is fixed', () => {
    const tuner = new ChunkTuner({ startRows: 500, minRows: 500, maxRows: 500 });
    expect(new Set(run(tuner, 100, (rows) => rows))).toEqual(new Set([500]));
  });
});
