import 'reflect-metadata';
import { interruptedExitCode } from './cli/interrupted.error';
import { runCommandLine } from './cli/run-command-line';

void runCommandLine(process.argv.slice(2)).then((exitCode) => {
  // Nobody waits for what is still under way after a signal: it is one transaction, which ends with its connection.
  if (exitCode === interruptedExitCode) process.exit(exitCode);
  process.exitCode = exitCode;
});
