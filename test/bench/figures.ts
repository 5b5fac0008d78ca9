import type { BenchContext, BenchOptions } from './bench-context';
import type { Needs } from './preflight';

/** A limit that a figure is held against. */
export type Goal = { readonly min: number } | { readonly max: number };

/** What makes figures mean something, by name. */
export type ShownSettings = Readonly<Record<string, string | number>>;

/** What a benchmark found: figures by key, and what was only observed on the way. */
export interface BenchResult {
  readonly figures: Readonly<Record<string, number>>;
  /** Lines for people: how the figures came about. */
  readonly notes: readonly string[];
  readonly settings: ShownSettings;
  /** Why the figures are not held against their goals. */
  readonly noVerdict?: string;
}

/** One benchmark. */
export interface Bench {
  readonly name: string;
  /** One line for `--help`. */
  readonly about: string;
  /** Part of the run without a name; all others need their name or `--full`. */
  readonly isShort: boolean;
  needs(options: BenchOptions): Needs;
  /** Figures without a goal are reported only. */
  readonly goals: Readonly<Record<string, Goal>>;
  /** Errors: rejects when it cannot be run, and when the database does not hold what was acknowledged. */
  run(context: BenchContext): Promise<BenchResult>;
}

/** The middle of some numbers; NaN of none. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The value that the given share of the numbers does not exceed; between two numbers, the line between them. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
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
