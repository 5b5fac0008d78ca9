import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { Problem } from '../common/problem';
import type { Settings } from '../config/settings';
import type { Advice } from '../optimizer/advice';
import { isBookkeepingThere, listApplied } from '../optimizer/apply/applied-advice';
import { applyAdvice, statementsOf, undoAdvice } from '../optimizer/apply/apply-advice';
import { collectEvidence } from '../optimizer/collect-evidence';
import { ensureStatementStatistics } from '../optimizer/ensure-statement-statistics';
import { withOwnerSession } from '../optimizer/owner-session';
import { makeReport, type Report } from '../optimizer/report';
import { describeComparison, describeReport } from './print-advice';
import { runBenchmark } from './run-benchmark';
import { withDatabase } from './with-database';

interface AdviseOptions {
  readonly json?: true;
  readonly apply?: string;
  readonly undo?: string;
  readonly yes?: true;
  readonly watch: string;
  readonly benchmark: boolean;
}

const examples = `
Examples:
  npm run advise
  npm run advise -- --json
  npm run advise -- --apply duplicate_index:workouts_copy_idx --yes
  npm run advise -- --undo duplicate_index:workouts_copy_idx

It changes nothing without --apply or --undo. What a running service found out about itself (its pool, its routes) is
included when it looked within the last half hour.`;

async function collect(ownerUrl: string): Promise<Report> {
  await withOwnerSession(ownerUrl, ensureStatementStatistics);
  return makeReport(await collectEvidence(ownerUrl, null));
}

async function show(ownerUrl: string, json: true | undefined): Promise<void> {
  const report = await collect(ownerUrl);
  if (json) return console.log(JSON.stringify(report, null, 2));
  const applied = await withOwnerSession(ownerUrl, async (session) =>
    (await isBookkeepingThere(session)) ? await listApplied(session) : [],
  );
  console.log(describeReport(report, applied));
}

/** Asks before anything is changed. Errors: throws Problem 400 when nobody is there to be asked. */
async function confirm(advice: Advice, yes: true | undefined): Promise<boolean> {
  console.error([`${advice.title}. This runs:`, ...statementsOf(advice).map((sql) => `  ${sql};`)].join('\n'));
  if (yes) return true;
  if (!process.stdin.isTTY) throw new Problem(400, 'confirmation_missing', 'Nobody can be asked here: add --yes.');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question('Go on? [y/N] ')).trim());
  } finally {
    terminal.close();
  }
}

async function apply(ownerUrl: string, id: string, options: AdviseOptions): Promise<void> {
  const { yes, watch, benchmark, json } = options;
  const { advice } = await collect(ownerUrl);
  const found = advice.find((each) => each.id === id);
  if (found === undefined) throw new Problem(404, 'advice_unknown', `There is no advice ${id} now.`);
  if (!(await confirm(found, yes))) return console.error('Nothing was changed.');
  const figures = await applyAdvice(ownerUrl, found, {
    watchMs: Number(watch) * 1000,
    runBenchmark: (name) => (benchmark ? runBenchmark(name, ownerUrl) : Promise.resolve(null)),
    progress: (line) => console.error(line),
  });
  if (json) return console.log(JSON.stringify({ id, figures }, null, 2));
  console.log(figures.length > 0 ? describeComparison(figures) : 'Applied.');
  if (found.undo !== null) console.error(`To take it back: npm run advise -- --undo ${id}`);
}

/** Adds `advise`. */
export function addAdviseCommand(program: Command, loadSettings: () => Settings): void {
  program
    .command('advise')
    .description('find what could be better in the database and the running service, and do it if told to')
    .option('--json', 'as JSON, for programs')
    .option('--apply <id>', 'do what is advised under this id, and measure before and after')
    .option('--undo <id>', 'take back what was applied under this id')
    .option('--yes', 'do not ask before --apply')
    .option('--watch <seconds>', 'how long the statement is watched after --apply', '10')
    .option('--no-benchmark', 'do not run the benchmark of the area before and after --apply')
    .addHelpText('after', examples)
    .action(async (options: AdviseOptions) => {
      const settings = loadSettings();
      if (!/^\d{1,4}$/.test(options.watch)) {
        throw new Problem(400, 'watch_invalid', '--watch is a whole number of seconds.');
      }
      await withDatabase(settings, async ({ ownerUrl }) => {
        if (options.undo !== undefined) {
          const undone = await undoAdvice(ownerUrl, options.undo, (line) => console.error(line));
          return console.log(`Took back ${undone.adviceId}.`);
        }
        if (options.apply !== undefined) return apply(ownerUrl, options.apply, options);
        return show(ownerUrl, options.json);
      });
    });
}
