/** A limit that a figure is held against. */
export type Goal = { readonly min: number } | { readonly max: number };

/** What a benchmark found: figures by key, and what was only observed on the way. */
export interface BenchResult {
  readonly figures: Readonly<Record<string, number>>;
  /** Lines for people: how the figures came about. */
  readonly notes: readonly string[];
  /** What makes the figures mean something. */
  readonly settings: Readonly<Record<string, string | number>>;
}

/** One benchmark. */
export interface Bench {
  readonly name: string;
  /** One line for `--help`. */
  readonly about: string;
  readonly goals: Readonly<Record<string, Goal>>;
  run(): Promise<BenchResult>;
}

/** The middle of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** Three significant digits, which is more than these machines repeat. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

/** Whether a figure reaches its goal; undefined where there is no goal. */
export function reaches(figure: number, goal: Goal | undefined): boolean | undefined {
  if (goal === undefined) return undefined;
  return 'min' in goal ? figure >= goal.min : figure <= goal.max;
}
