import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuild, projectRoot } from './ensure-build.mjs';

// Builds the service as `npm start` does, and the benchmarks beside it, then runs them.

ensureBuild();
// What was renamed since would stay there for ever.
rmSync(join(projectRoot, 'dist/test/bench'), { recursive: true, force: true });
const compiler = join(projectRoot, 'node_modules/@swc/cli/bin/swc.js');
const build = spawnSync(process.execPath, [compiler, 'test/bench', '--out-dir', 'dist', '--quiet'], {
  cwd: projectRoot,
  stdio: 'inherit',
});
if (build.status !== 0) process.exit(1);
await import('../dist/test/bench/run-bench.js');
