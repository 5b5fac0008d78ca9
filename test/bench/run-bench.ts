import 'reflect-metadata';
import { chmodSync, mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { BenchContext } from './bench-context';
import { benches } from './benches';
import { helpText, readCommandLine } from './command-line';
import type { Bench } from './figures';
import { findMissing, isInMemory } from './preflight';
import { printResult, type Report, readReports, writeReports } from './report';

/** The benchmark under way, for Ctrl-C. */
let current: BenchContext | undefined;

async function runOne(
  bench: Bench,
  command: ReturnType<typeof readCommandLine>,
  before: Report | undefined,
): Promise<Report> {
  const { dataDir } = command;
  const workDir = mkdtempSync(join(dataDir, 'bench-'));
  // PostgreSQL and Redis that root starts run as another user.
  chmodSync(workDir, 0o755);
  const context = new BenchContext(bench.name, command, workDir);
  current = context;
  const startMs = performance.now();
  try {
    const result = await bench.run(context);
    const noVerdict = result.noVerdict ?? (isInMemory(dataDir) ? 'data is on tmpfs' : null);
    printResult(bench, result, before, command.isQuick ? 'a --quick run' : noVerdict);
    const { figures, settings } = result;
    return { name: bench.name, figures, goals: bench.goals, settings };
  } finally {
    await context.close();
    context.progress(`took ${((performance.now() - startMs) / 1000).toFixed(0)} s`);
  }
}

/** Whatever ends the run, what was started is stopped first. */
function stopBeforeTheEnd(): void {
  process.on('uncaughtException', (error) => {
    console.error(error);
    void (current?.close() ?? Promise.resolve()).then(() => process.exit(1));
  });
  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.on(signal, () => {
      console.error('Stopping what was started …');
      void (current?.close() ?? Promise.resolve()).then(() => process.exit(exitCode));
    });
  }
}

async function main(): Promise<void> {
  const command = readCommandLine(process.argv.slice(2));
  if (command.isHelp) return console.log(helpText());
  const before = readReports(command.compareFile);
  const chosen = benches.filter(({ name, isShort }) =>
    command.names.length > 0 ? command.names.includes(name) : command.isFull || isShort,
  );
  mkdirSync(command.dataDir, { recursive: true, mode: 0o755 });
  const missing = chosen.flatMap(({ name, needs }) =>
    findMissing(needs(command), command.dataDir).map((sentence) => `${name} ${sentence}`),
  );
  if (missing.length > 0) throw new Error(`This machine lacks something:\n  ${missing.join('\n  ')}`);
  if (isInMemory(command.dataDir)) console.log(`${command.dataDir} is on tmpfs, so there are no verdicts.`);
  stopBeforeTheEnd();
  const reports: Report[] = [];
  for (const bench of chosen) {
    try {
      const report = await runOne(
        bench,
        command,
        before.find(({ name }) => name === bench.name),
      );
      reports.push(report);
    } catch (error) {
      console.error(`${bench.name}: FAILED: ${(error as Error).stack}`);
      process.exitCode = 1;
    }
  }
  if (command.jsonFile !== undefined) writeReports(command.jsonFile, reports, chosen.length === 1);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
