import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder, with a slash at its end. */
export const projectRoot = fileURLToPath(new URL('..', import.meta.url));

/** Everything that the content of dist/ depends on. */
const inputs = ['src', 'migrations', 'tsconfig.json', 'nest-cli.json', '.swcrc', 'package-lock.json'];
const stampPath = join(projectRoot, 'dist/.build-stamp');

/** Path, size and time of last change of every input: cheap to make, and different when a file was deleted. */
export function fingerprintInputs() {
  const hash = createHash('sha256');
  let newestChangeAtMs = 0;
  const visit = (path) => {
    const stats = statSync(join(projectRoot, path), { throwIfNoEntry: false });
    if (stats?.isDirectory()) {
      for (const name of readdirSync(join(projectRoot, path)).sort()) {
        visit(`${path}/${name}`);
      }
    } else if (stats) {
      hash.update(`${path} ${stats.size} ${stats.mtimeMs}\n`);
      newestChangeAtMs = Math.max(newestChangeAtMs, stats.mtimeMs);
    }
  };
  inputs.forEach(visit);
  return { fingerprint: hash.digest('hex'), newestChangeAtMs };
}

/** Notes which inputs dist/ was built from. */
export function writeStamp(fingerprint) {
  mkdirSync(join(projectRoot, 'dist'), { recursive: true });
  writeFileSync(stampPath, fingerprint);
}

/**
 * Builds dist/ when it is missing or was built from other inputs. An installation without the compiler (production)
 * takes dist/ as it is. When the build fails, prints what the compiler said and ends the process with 1.
 */
export function ensureBuild() {
  const compiler = findCompiler();
  if (!compiler && existsSync(join(projectRoot, 'dist/src'))) {
    return;
  }
  const { fingerprint } = fingerprintInputs();
  if (existsSync(stampPath) && readFileSync(stampPath, 'utf8') === fingerprint) {
    return;
  }
  if (!compiler) {
    console.error('There is no dist/ and no compiler to make it with: run `npm ci` first.');
    process.exit(1);
  }
  console.error('Building …');
  const build = spawnSync(process.execPath, [compiler, 'build'], { cwd: projectRoot, encoding: 'utf8' });
  if (build.status !== 0) {
    console.error(`${build.stdout}${build.stderr}\nThe build failed.`);
    process.exit(1);
  }
  writeStamp(fingerprint);
}

function findCompiler() {
  try {
    return createRequire(import.meta.url).resolve('@nestjs/cli/bin/nest.js');
  } catch {
    return undefined;
  }
}
