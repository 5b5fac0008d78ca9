import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type DebianPackage, downloadDebianPackage } from '../../src/embedded/debian-package';
import { canExecute, findOnPath } from '../../src/embedded/find-on-path';
import { type ProgramResult, runProgram } from '../../src/embedded/run-program';
import { projectRoot } from './project-root';

/** Absolute paths of the two programs, both seen to run; they need no environment. */
export interface PrometheusPrograms {
  readonly prometheus: string;
  readonly promtool: string;
}

/** It is linked to libc alone; what else Debian wants for it are scripts of its old pages. */
const debianPrometheus: DebianPackage = {
  title: 'Prometheus',
  name: 'prometheus',
  withDependencies: false,
  programs: { prometheus: 'usr/bin/prometheus', promtool: 'usr/bin/promtool' },
};

/** Kept from run to run and out of the repository; 19 MB are downloaded and 100 MB unpacked. */
const cacheDir = join(projectRoot, 'node_modules', '.cache', 'health-export');

/** Long enough for 19 MB over a slow line, and over in time for the test to say why. */
const downloadTimeoutMs = 100_000;

/** Time that a test or hook should allow for {@link findPrometheus}, in ms. */
export const findPrometheusTimeoutMs = 120_000;

async function doRun(programs: PrometheusPrograms): Promise<boolean> {
  for (const program of [programs.prometheus, programs.promtool]) {
    if ((await runProgram(program, ['--version'], { timeoutMs: 10_000 })).code !== 0) return false;
  }
  return true;
}

async function onPath(searchPath: string): Promise<PrometheusPrograms | null> {
  const [prometheus, promtool] = [await findOnPath('prometheus', searchPath), await findOnPath('promtool', searchPath)];
  if (prometheus === undefined || promtool === undefined) return null;
  return (await doRun({ prometheus, promtool })) ? { prometheus, promtool } : null;
}

async function search(): Promise<PrometheusPrograms> {
  const searchPath = process.env['PATH'] ?? '';
  const installed = await onPath(searchPath);
  if (installed !== null) return installed;

  const targetDir = join(cacheDir, 'prometheus');
  const unpacked = { prometheus: join(targetDir, 'prometheus'), promtool: join(targetDir, 'promtool') };
  if (await canExecute(unpacked.promtool)) {
    if (await doRun(unpacked)) return unpacked;
    // Of another system, or damaged.
    await rm(targetDir, { recursive: true, force: true });
  }

  const [aptGet, dpkg] = [await findOnPath('apt-get', searchPath), await findOnPath('dpkg', searchPath)];
  const needed = 'this test needs prometheus and promtool, which are not on the PATH';
  if (aptGet === undefined || dpkg === undefined) {
    throw new Error(`${needed}, and there are no apt-get and dpkg to download them with`);
  }
  await mkdir(cacheDir, { recursive: true });
  const options = { targetDir, aptGet, dpkg, searchPath, timeoutMs: downloadTimeoutMs };
  const failure = await downloadDebianPackage(debianPrometheus, options);
  if (failure !== undefined) throw new Error(`${needed}, and ${failure}`);
  if (!(await doRun(unpacked))) throw new Error(`${needed}, and those of Debian's package do not run here`);
  return unpacked;
}

let found: Promise<PrometheusPrograms> | null = null;

/**
 * Finds Prometheus and its tool: on the PATH, else as an earlier run unpacked them, else by downloading Debian's package
 * without root. May take up to {@link findPrometheusTimeoutMs} the first time.
 *
 * Errors: rejects with one sentence that says what is missing and why it could not be fetched; a test fails with it.
 */
export function findPrometheus(): Promise<PrometheusPrograms> {
  found ??= search();
  return found;
}

/** Runs promtool to its end with `input` on its standard input, at most 60 s; its exit code and all that it wrote. */
export async function runPromtool(args: string[], input = ''): Promise<ProgramResult> {
  const { promtool } = await findPrometheus();
  return runProgram(promtool, args, { input, cwd: projectRoot, timeoutMs: 60_000 });
}
