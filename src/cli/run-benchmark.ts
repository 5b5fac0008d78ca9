import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readProgramPath } from '../config/program-path';

/** Compiled to dist/src/cli. */
const script = join(__dirname, '../../../scripts/bench.mjs');

/** What the benchmarks are compiled with; an installation for production lacks it. */
const compiler = join(__dirname, '../../../node_modules/@swc/cli/bin/swc.js');

/**
 * Runs a benchmark shortly, on a database of its own on the same server, and gives its figures; null where benchmarks
 * are not installed or this one fails.
 */
export async function runBenchmark(name: string, databaseUrl: string): Promise<Record<string, number> | null> {
  if (!existsSync(script) || !existsSync(compiler)) return null;
  const folder = await mkdtemp(join(tmpdir(), 'health-export-advise-'));
  try {
    const file = join(folder, 'figures.json');
    const args = [script, name, '--quick', '--json', file];
    const child = spawn(process.execPath, args, {
      env: { PATH: readProgramPath(), DATABASE_URL: databaseUrl },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const exitCode = await new Promise((resolve) => child.once('close', resolve).once('error', resolve));
    if (exitCode !== 0) return null;
    return JSON.parse(await readFile(file, 'utf8')).figures;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
