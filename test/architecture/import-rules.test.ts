import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { projectRoot } from './read-project-files';

const config = join(projectRoot, '.dependency-cruiser.cjs');
const cruiser = join(projectRoot, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');

/** For each rule the imports that break it and nothing else: file, then what it imports. */
const breaches: Readonly<Record<string, readonly (readonly [file: string, imported: string])[]>> = {
  'layer-ingest': [['src/ingest/up.ts', '../query/leaf']],
  'layer-query': [
    ['src/query/up.ts', '../ingest/leaf'],
    ['src/query/top.ts', '../app.module'],
  ],
  'layer-optimizer': [['src/optimizer/up.ts', '../query/leaf']],
  'layer-service-levels': [['src/service-levels/up.ts', '../query/leaf']],
  'layer-overload': [['src/overload/up.ts', '../ingest/leaf']],
  'layer-openapi': [['src/openapi/up.ts', '../query/leaf']],
  'layer-identity': [['src/identity/up.ts', '../batch/leaf']],
  'layer-batch': [['src/batch/up.ts', '../cache/leaf']],
  'layer-cache': [['src/cache/up.ts', '../ingest/leaf']],
  'layer-database': [['src/database/up.ts', '../cache/leaf']],
  'layer-monitoring': [['src/monitoring/up.ts', '../database/leaf']],
  'layer-catalogue': [['src/catalogue/up.ts', '../common/leaf']],
  'layer-common': [['src/common/up.ts', '../catalogue/leaf']],
  'layer-config': [['src/config/up.ts', '../common/leaf']],
  'layer-embedded': [['src/embedded/up.ts', '../database/leaf']],
  'no-cycles': [['src/query/one.ts', './two']],
  'no-barrels': [['src/query/barrel-user.ts', './rows/index']],
  'known-folder': [['src/extras/extra.ts', '../common/leaf']],
  'pure-catalogue': [['src/catalogue/framework.ts', 'rxjs']],
  'pure-parsing': [
    ['src/ingest/parse/framework.ts', '@nestjs/common'],
    ['src/ingest/normalise.ts', 'typeorm'],
  ],
  'embedded-is-private': [['src/app.module.ts', './embedded/leaf']],
  'migrations-stand-alone': [['migrations/first.ts', '../src/common/leaf']],
  'migrations-from-database-only': [['src/main.ts', '../migrations/second']],
  'no-tests-in-product': [['migrations/tested.ts', '../test/leaf']],
  'no-development-packages-in-product': [['src/query/development.ts', 'fast-check']],
  'declared-packages': [['src/query/undeclared.ts', 'fastq']],
  resolvable: [['test/nowhere.ts', './nothing']],
};

/** Imports that no rule forbids, and the way back of the cycle above, which is reported once. */
const allowed: readonly (readonly [file: string, imported: string])[] = [
  ['src/query/two.ts', './one'],
  ['src/ingest/down.ts', '../batch/leaf'],
  ['src/ingest/refusing.ts', '../overload/leaf'],
  ['src/ingest/controller.ts', '@nestjs/common'],
  ['src/batch/down.ts', '../database/leaf'],
  ['src/database/data-source.ts', '../../migrations/second'],
  ['src/database/down.ts', '../monitoring/leaf'],
  ['src/catalogue/within.ts', './leaf'],
  ['src/catalogue/node.ts', 'node:fs'],
  ['src/cli/start.ts', '../embedded/leaf'],
  ['src/cli.ts', './embedded/leaf'],
  ['migrations/second.ts', 'typeorm'],
  ['test/of-embedded.ts', '../src/embedded/leaf'],
  ['test/development.ts', 'fast-check'],
];
const leaves = [
  'ingest',
  'query',
  'overload',
  'batch',
  'cache',
  'database',
  'monitoring',
  'catalogue',
  'common',
  'embedded',
];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'import-rules-'));
  await copyFile(join(projectRoot, 'package.json'), join(folder, 'package.json'));
  await symlink(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
  for (const [file, imported] of [...Object.values(breaches).flat(), ...allowed]) {
    await write(file, `import '${imported}';\n`);
  }
  for (const file of [...leaves.map((leaf) => `src/${leaf}/leaf.ts`), 'src/query/rows/index.ts', 'test/leaf.ts']) {
    await write(file, 'export {};\n');
  }
});

afterAll(() => rm(folder, { recursive: true }));

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, file)), { recursive: true });
  await writeFile(join(folder, file), text);
}

test('every import rule is broken here once', () => {
  const { forbidden } = createRequire(__filename)(config) as { forbidden: { name: string }[] };
  expect(Object.keys(breaches).sort()).toEqual(forbidden.map(({ name }) => name).sort());
});

test('each breach is reported, and nothing else is', async () => {
  const args = [cruiser, '--config', config, '--output-type', 'json', 'src', 'migrations', 'test'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, maxBuffer: 16 * 1024 * 1024 });
  const report = JSON.parse(stdout) as { summary: { violations: { from: string; rule: { name: string } }[] } };
  const reported = report.summary.violations.map(({ from, rule }) => `${rule.name}: ${from}`);
  const expected = Object.entries(breaches).flatMap(([rule, files]) => files.map(([file]) => `${rule}: ${file}`));
  expect(reported.sort()).toEqual(expected.sort());
});
