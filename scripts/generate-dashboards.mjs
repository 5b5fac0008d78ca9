import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ensureBuild, projectRoot } from './ensure-build.mjs';

// Writes docker/grafana/dashboards from docker/grafana/source; a test tells when they differ.

ensureBuild();
const source = 'docker/grafana/source';
const target = join(projectRoot, 'docker/grafana/dashboards');
rmSync(join(projectRoot, 'dist/docker'), { recursive: true, force: true });
const compiler = join(projectRoot, 'node_modules/@swc/cli/bin/swc.js');
const build = spawnSync(process.execPath, [compiler, source, '--out-dir', 'dist', '--quiet'], {
  cwd: projectRoot,
  stdio: 'inherit',
});
if (build.status !== 0) process.exit(1);
const { dashboards, fileOf } = createRequire(import.meta.url)(`../dist/${source}/dashboards.js`);
// What was renamed since would stay there for ever.
rmSync(target, { recursive: true, force: true });
mkdirSync(target);
for (const { name, text } of dashboards.map(fileOf)) {
  writeFileSync(join(target, name), text);
  console.log(`Wrote docker/grafana/dashboards/${name}.`);
}
