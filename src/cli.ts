import 'reflect-metadata';
import { runCommandLine } from './cli/run-command-line';

void runCommandLine(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = exitCode;
});
