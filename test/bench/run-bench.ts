import 'reflect-metadata';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Bench, type BenchResult, type Goal, reaches, rounded } from './figures';
import { parseBench } from './parse.bench';
import { writeBench } from './write.bench';

const benches: readonly Bench[] = [writeBench, parseBench];

const help = `Benchmarks of Health Export, on its own PostgreSQL.

  npm run bench                 all of them
  npm run bench -- NAME …       some of them
  npm run bench -- --json FILE  writes the figures as JSON as well
  npm run bench -- --compare FILE
                                shows them beside those of an earlier --json

${benches.map(({ name, about }) => `  ${name.padEnd(10)} ${about}`).join('\n')}`;

/** The figures of one benchmark as they are written by `--json`. */
interface Report {
  readonly name: string;
  readonly figures: Readonly<Record<string, number>>;
  readonly goals: Readonly<Record<string, Goal>>;
  readonly settings: Readonly<Record<string, string | number>>;
}

function goalText(goal: Goal | undefined): string {
  if (goal === undefined) return '';
  return 'min' in goal ? `≥ ${goal.min}` : `≤ ${goal.max}`;
}

function verdictText(figure: number, goal: Goal | undefined): string {
  const verdict = reaches(figure, goal);
  return verdict === undefined ? '' : verdict ? 'reached' : 'NOT REACHED';
}

function printTable(bench: Bench, result: BenchResult, before: Report | undefined): void {
  const settings = Object.entries(result.settings).map(([name, value]) => `${name} ${value}`);
  console.log(`\n${bench.name}: ${bench.about}\n  ${settings.join(', ')}`);
  for (const note of result.notes) console.log(`  ${note}`);
  const header = ['figure', 'measured', 'goal', 'verdict', ...(before === undefined ? [] : ['before'])];
  const rows = Object.entries(result.figures).map(([key, figure]) => [
    key,
    String(rounded(figure)),
    goalText(bench.goals[key]),
    verdictText(figure, bench.goals[key]),
    ...(before === undefined ? [] : [String(before.figures[key] ?? '')]),
  ]);
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] as string).length)));
  for (const row of [header, ...rows]) {
    console.log(`  ${row.map((cell, i) => cell.padEnd(widths[i] as number)).join('  ')}`);
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'string' }, compare: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) return console.log(help);
  const unknown = positionals.find((name) => !benches.some((bench) => bench.name === name));
  if (unknown !== undefined) throw new Error(`There is no benchmark "${unknown}". See npm run bench -- --help.`);
  const earlier: Report[] = values.compare === undefined ? [] : JSON.parse(readFileSync(values.compare, 'utf8'));
  const reports: Report[] = [];
  for (const bench of benches) {
    if (positionals.length > 0 && !positionals.includes(bench.name)) continue;
    const result = await bench.run();
    const { figures, settings } = result;
    printTable(
      bench,
      result,
      earlier.find(({ name }) => name === bench.name),
    );
    reports.push({ name: bench.name, figures, goals: bench.goals, settings });
  }
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(reports, null, 2)}\n`);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
