import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from './ensure-build.mjs';

// Runs every check and tells which failed. With `--fix`, what can repair itself does so.

const fix = process.argv.includes('--fix');
const installed = (file) => join(projectRoot, 'node_modules', file);

/** Each check with the arguments that Node runs it with, and those that it runs it with under `--fix`. */
const documents = {
  name: 'generated documents',
  args: ['scripts/generate-docs.mjs', '--check'],
  fixingArgs: ['scripts/generate-docs.mjs'],
};
const biome = [installed('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings'];
const cruiser = installed('dependency-cruiser/bin/dependency-cruise.mjs');
const staticChecks = [
  { name: 'format and lint', args: biome, fixingArgs: [...biome, '--write'] },
  { name: 'types', args: [installed('typescript/bin/tsc'), '--noEmit'] },
  { name: 'import rules', args: [cruiser, '--output-type', 'err-long', 'src', 'migrations', 'test', 'docker'] },
  { name: 'unused code', args: [installed('knip/bin/knip.js'), '--no-progress', '--treat-config-hints-as-errors'] },
];
const tests = {
  name: 'unit and architecture tests',
  args: ['scripts/run-tests.mjs', '--project', 'unit', '--project', 'architecture'],
  showOutput: true,
};
const failures = [];

/** Runs one check to its end and prints how it went. */
async function run({ name, args, fixingArgs = args, showOutput = false }) {
  const startedAtMs = performance.now();
  const stdio = ['ignore', ...(showOutput ? ['inherit', 'inherit'] : ['pipe', 'pipe'])];
  const child = spawn(process.execPath, fix ? fixingArgs : args, { cwd: projectRoot, stdio });
  const output = [];
  child.stdout?.on('data', (chunk) => output.push(chunk));
  child.stderr?.on('data', (chunk) => output.push(chunk));
  const passed = await new Promise((resolve) => child.on('close', (code) => resolve(code === 0)));
  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
  console.log(`${passed ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`);
  if (!passed) {
    failures.push(name);
    process.stdout.write(Buffer.concat(output));
  }
}

/** Takes checks from a queue until it is empty. */
async function runAll(queue) {
  for (let check = queue.shift(); check; check = queue.shift()) {
    await run(check);
  }
}

// ORDER: repairs come one after another and before what reads the files; checks alone go two at a time.
await run(documents);
const queue = [...staticChecks];
await Promise.all(fix ? [runAll(queue)] : [runAll(queue), runAll(queue)]);
await run(tests);

console.log(failures.length === 0 ? 'Everything is in order.' : `Failed: ${failures.join(', ')}.`);
process.exit(failures.length === 0 ? 0 : 1);
