/** The mean of some measurements, and where the true one lies with a probability of 95 %. */
export interface MeanInterval {
  readonly mean: number;
  readonly lower: number;
  readonly upper: number;
}

/** 97.5 of 100 normal values are below this many standard deviations above the mean. */
const z = 1.959_964;

/** The same for the mean of a few values (Student's t), by its expansion: Abramowitz and Stegun, 26.7.5. */
function studentT(freedom: number): number {
  const first = (z ** 3 + z) / (4 * freedom);
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2);
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * freedom ** 3);
  return z + first + second + third;
}

/** The 95 % interval of the mean of at least three independent values. */
export function meanInterval95(values: readonly number[]): MeanInterval {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  const half = studentT(count - 1) * Math.sqrt(variance / count);
  return { mean, lower: mean - half, upper: mean + half };
}
