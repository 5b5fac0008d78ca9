import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuild, projectRoot } from './ensure-build.mjs';

// Builds the service as `npm start` does, and the benchmarks with what they use beside it, then runs them.

ensureBuild();
const folders = ['test/bench', 'test/support'];
// What was renamed since would stay there for ever.
for (const folder of folders) rmSync(join(projectRoot, 'dist', folder), { recursive: true, force: true });
const compiler = join(projectRoot, 'node_modules/@swc/cli/bin/swc.js');
const build = spawnSync(process.execPath, [compiler, ...folders, '--out-dir', 'dist', '--quiet'], {
  cwd: projectRoot,
  stdio: 'inherit',
});
if (build.status !== 0) process.exit(1);
await import('../dist/test/bench/run-bench.js');
