import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { acts } from './all-faults';
import type { Fault } from './fault';
import { checkHistories } from './history/check-history';
import { type FaultReport, runFault } from './run-fault';
import { Stage } from './stage';

const help = `Breaks things for real under load, and checks after each fault that nothing acknowledged is missing or double, that
no answer was an error but 503 with Retry-After, and that all is well within 10 s without a restart.

  npm run test:faults              the short form, at most 4 minutes
  npm run test:faults -- --long    longer outages, the default settings, 50 kills: at most 30 minutes
  npm run test:faults -- WORD …    the faults with one of these words in their names
  npm run test:faults -- --seed N  other random choices (default 1)

It brings its own PostgreSQL and Redis and talks to 127.0.0.1 only.`;

/** What ends all that was started, for Ctrl-C; a stage is whole before it is taken down. */
let close: () => Promise<void> = () => Promise.resolve();
let opening: Promise<unknown> = Promise.resolve();

async function closeWhatIsOpen(): Promise<void> {
  await opening.catch(() => undefined);
  await close();
}

/** Sums over all strikes. */
class Totals {
  readonly reports: FaultReport[] = [];
  skipped = 0;
  /** Histories that were not as they should be at the very end. */
  changedLater = 0;

  get failed(): number {
    return this.reports.filter(({ complaints }) => complaints.length > 0).length + this.changedLater;
  }

  lines(seconds: number): string[] {
    const sum = (of: (report: FaultReport) => number): number =>
      this.reports.reduce((total, report) => total + of(report), 0);
    const slowestMs = Math.max(0, ...this.reports.map(({ healingMs }) => healingMs));
    return [
      `faults ${this.reports.length}, of which not survived ${this.failed}, not possible here ${this.skipped}`,
      `acknowledged ${sum((r) => r.acknowledgedRequests)} requests with ${sum((r) => r.acknowledgedSamples)} samples: lost ${sum((r) => r.lost)}, double ${sum((r) => r.double)}`,
      `answered 503 with Retry-After ${sum((r) => r.refusals)}, connections broken with the service ${sum((r) => r.broken)}`,
      `slowest healing ${(slowestMs / 1000).toFixed(1)} s; all of it took ${seconds.toFixed(0)} s`,
    ];
  }
}

function printReport(title: string, report: FaultReport): void {
  const { acknowledgedSamples, refusals, broken, healingMs, complaints } = report;
  const what = `${acknowledgedSamples} samples acknowledged, ${refusals} refused, ${broken} broken`;
  console.log(
    `${complaints.length === 0 ? 'ok  ' : 'FAIL'} ${title}: ${what}, healed in ${(healingMs / 1000).toFixed(1)} s`,
  );
  for (const complaint of complaints) console.log(`       ${complaint}`);
}

async function runAct(faults: readonly Fault[], isLong: boolean, seed: number, totals: Totals): Promise<void> {
  const opened = Stage.open(isLong, (closing) => {
    close = closing;
  });
  opening = opened;
  const stage = await opened;
  const before = totals.reports.length;
  try {
    for (const fault of faults) {
      const hindrance = fault.hindrance?.(stage) ?? null;
      if (hindrance !== null) {
        totals.skipped++;
        console.log(`--   ${fault.name}: not possible on this machine: ${hindrance}`);
        continue;
      }
      const rounds = fault.rounds?.[isLong ? 'long' : 'short'] ?? 1;
      for (let round = 0; round < rounds; round++) {
        const report = await runFault(stage, fault, round, seed * 10_000 + totals.reports.length);
        totals.reports.push(report);
        printReport(rounds > 1 ? `${fault.name} (${round + 1} of ${rounds})` : fault.name, report);
        if (report.complaints.length > 0) console.log(lastLines(stage.service.output));
        await fault.restore?.(stage);
      }
    }
    const client = await stage.connect();
    const histories = totals.reports.slice(before).flatMap((report) => report.histories);
    const { lost, double, complaints } = await checkHistories(client, histories).finally(() => client.end());
    if (lost + double + complaints.length > 0) {
      totals.changedLater++;
      console.log(`FAIL at the end of all: lost ${lost}, double ${double}; ${complaints.join('; ')}`);
    }
  } finally {
    await stage.close();
  }
}

function lastLines(output: string): string {
  return output
    .trimEnd()
    .split('\n')
    .slice(-5)
    .map((line) => `       | ${line.slice(0, 220)}`)
    .join('\n');
}

/** Whatever ends the run, what was started is stopped first. */
function stopBeforeTheEnd(): void {
  process.on('uncaughtException', (error) => {
    console.error(error);
    void closeWhatIsOpen().then(() => process.exit(1));
  });
  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.on(signal, () => {
      console.error('Stopping what was started …');
      void closeWhatIsOpen().then(() => process.exit(exitCode));
    });
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' }, long: { type: 'boolean' }, seed: { type: 'string' } },
  });
  if (values.help) return console.log(help);
  stopBeforeTheEnd();
  const startedAtMs = performance.now();
  const totals = new Totals();
  for (const faults of Object.values(acts)) {
    const chosen = faults.filter(
      ({ name }) => positionals.length === 0 || positionals.some((word) => name.includes(word)),
    );
    if (chosen.length > 0) await runAct(chosen, values.long === true, Number(values.seed ?? 1), totals);
  }
  console.log(totals.lines((performance.now() - startedAtMs) / 1000).join('\n'));
  process.exit(totals.failed > 0 || totals.reports.length === 0 ? 1 : 0);
}

main().catch(async (error: Error) => {
  console.error(error);
  await closeWhatIsOpen();
  process.exit(1);
});
