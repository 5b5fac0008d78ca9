import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchContext } from '../bench-context';
import { type Bench, type BenchResult, rounded } from '../figures';
import { smallNeeds } from '../preflight';
import { BenchServers } from '../service/bench-servers';
import { createUsers } from '../service/bench-users';
import { readProcessUsage } from '../service/process-usage';
import { generateExport } from './generate-export';

const seed = 20_261_130;

/** Compiled to dist/test/bench/import. */
const entry = join(__dirname, '../../../src/cli.js');
const lookIntervalMs = 50;

/** The flags that `npm run import` runs Node with. */
function importFlags(): string[] {
  const { scripts } = JSON.parse(readFileSync(join(__dirname, '../../../../package.json'), 'utf8'));
  return String(scripts.import).match(/--\S+/g) ?? [];
}

interface Outcome {
  readonly status: string;
  readonly elapsedMs: number;
  readonly account: { readonly received: number; readonly stored: number; readonly rejected: number };
}

async function readOutput(child: ChildProcess): Promise<string> {
  let output = '';
  for await (const chunk of child.stdout ?? []) output += String(chunk);
  return output;
}

async function runImport(
  context: BenchContext,
  servers: BenchServers,
  file: string,
): Promise<{ outcome: Outcome; peakRssMb: number; cpuMs: number }> {
  const { profileDir } = context.options;
  const profiling = profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`];
  const child = spawn(process.execPath, [...importFlags(), ...profiling, entry, 'import', file, '--json'], {
    cwd: context.workDir,
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      DATABASE_URL: servers.databaseUrl,
      DATA_DIR: context.workDir,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  context.atEnd(() => void child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  let peakRssMb = 0;
  let cpuMs = 0;
  const look = setInterval(() => {
    try {
      const usage = readProcessUsage(child.pid as number);
      // Of one that is just ending there is no memory any more.
      if (!Number.isNaN(usage.peakRssMb)) peakRssMb = Math.max(peakRssMb, usage.peakRssMb);
      cpuMs = usage.cpuMs;
    } catch {
      // It has just ended.
    }
  }, lookIntervalMs);
  const output = await readOutput(child);
  await exited;
  clearInterval(look);
  return { outcome: JSON.parse(output), peakRssMb, cpuMs };
}

async function run(context: BenchContext): Promise<BenchResult> {
  const bytes = context.scaled(1_000_000_000, 20_000_000);
  context.progress('making the export, unless it is there already');
  const { file } = await generateExport(join(context.options.dataDir, 'bench-import'), seed, bytes);
  const servers = await BenchServers.start(context);
  await createUsers(servers, 1);
  const { outcome, peakRssMb, cpuMs } = await runImport(context, servers, file);
  const { status, account, elapsedMs } = outcome;
  if (status !== 'stored') throw new Error('the import was parked');
  const client = await servers.connect('owner');
  const { rows } = await client
    .query(
      'SELECT (SELECT count(*) FROM heart_rate_metrics)::float8 + (SELECT count(*) FROM quantity_metrics)::float8 AS rows',
    )
    .finally(() => client.end());
  if (rows[0].rows !== account.stored)
    throw new Error(`${account.stored} were stored, the database holds ${rows[0].rows}`);
  return {
    figures: { records_per_s: account.received / (elapsedMs / 1000), rss_mb: peakRssMb },
    notes: [
      `${account.received} records in ${rounded(elapsedMs / 1000)} s, from the first byte read to the last sample committed; ${account.rejected} kept out`,
      `${rounded((cpuMs * 1000) / account.received)} µs of processor time of the importing process a record`,
      `found again: ${rows[0].rows} rows`,
    ],
    settings: await servers.settings({ seed, export_mb: rounded(statSync(file).size / 1e6) }),
  };
}

/** Twenty years of a person in one file: how fast, and in how much memory. */
export const importBench: Bench = {
  name: 'import',
  about: 'npm run import of a generated export.xml of 1 GB',
  isShort: false,
  needs: () => ({ ...smallNeeds, freeDiskBytes: 8e9, procFiles: true }),
  goals: { records_per_s: { min: 100_000 }, rss_mb: { max: 256 } },
  run,
};
