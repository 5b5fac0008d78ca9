import { readFileSync, writeFileSync } from 'node:fs';
import { type Bench, type BenchResult, type Goal, reaches, rounded, type ShownSettings } from './figures';

/** The figures of one benchmark as `--json` writes them. */
export interface Report {
  readonly name: string;
  readonly figures: Readonly<Record<string, number>>;
  readonly goals: Readonly<Record<string, Goal>>;
  readonly settings: ShownSettings;
}

function goalText(goal: Goal | undefined): string {
  if (goal === undefined) return '';
  return 'min' in goal ? `≥ ${goal.min}` : `≤ ${goal.max}`;
}

function verdictText(figure: number, goal: Goal | undefined, noVerdict: string | null): string {
  const verdict = reaches(figure, goal);
  if (verdict === undefined) return 'reported';
  if (noVerdict !== null) return `none: ${noVerdict}`;
  return verdict ? 'reached' : 'NOT REACHED';
}

/** The figures of an earlier run, one or several; none when no file is given. */
export function readReports(file: string | undefined): Report[] {
  return file === undefined ? [] : [JSON.parse(readFileSync(file, 'utf8'))].flat();
}

/** Writes an array of reports, or the only one as it is. */
export function writeReports(file: string, reports: readonly Report[], isOne: boolean): void {
  writeFileSync(file, `${JSON.stringify(isOne ? reports[0] : reports, null, 2)}\n`);
}

/** Prints settings, notes and the table; beside an earlier report, what it had. `noVerdict` says why there is none. */
export function printResult(
  bench: Bench,
  result: BenchResult,
  before: Report | undefined,
  noVerdict: string | null,
): void {
  const settings = Object.entries(result.settings).map(([name, value]) => `${name} ${value}`);
  console.log(`\n${bench.name}: ${bench.about}\n  ${settings.join(', ')}`);
  for (const note of result.notes) console.log(`  ${note}`);
  const header = ['figure', 'measured', 'goal', 'verdict', ...(before === undefined ? [] : ['before', 'change'])];
  const rows = Object.entries(result.figures).map(([key, figure]) => [
    key,
    String(rounded(figure)),
    goalText(bench.goals[key]),
    verdictText(figure, bench.goals[key], noVerdict),
    ...(before === undefined ? [] : changeTexts(figure, before.figures[key])),
  ]);
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] as string).length)));
  for (const row of [header, ...rows]) {
    console.log(`  ${row.map((cell, i) => cell.padEnd(widths[i] as number)).join('  ')}`.trimEnd());
  }
}

function changeTexts(figure: number, before: number | undefined): string[] {
  if (before === undefined) return ['', ''];
  const percent = (figure / before - 1) * 100;
  return [String(rounded(before)), Number.isFinite(percent) ? `${percent < 0 ? '' : '+'}${percent.toFixed(1)} %` : ''];
}
