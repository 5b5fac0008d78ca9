import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuild, projectRoot } from './ensure-build.mjs';

/**
 * Runs a compiled entry of the service in this process, so that a signal reaches it and its exit code is ours.
 * Variables in `.env` count where the environment does not already have them, but never under test: a test must not
 * reach the database that its developer works with.
 */
export async function launch(entry) {
  ensureBuild();
  const envFile = join(projectRoot, '.env');
  if (process.env.NODE_ENV !== 'test' && existsSync(envFile)) {
    process.loadEnvFile(envFile);
  }
  await import(new URL(`../dist/src/${entry}`, import.meta.url));
}
