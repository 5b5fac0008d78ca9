import { describe, expect, test } from 'vitest';
import { readProjectFiles } from './read-project-files';
import { type SourceRule, sourceRules } from './source-rules';

const projectFiles = [
  ...readProjectFiles(['src', 'migrations', 'test'], ['.ts']),
  ...readProjectFiles(['scripts'], ['.mjs']),
];
const rules: Readonly<Record<string, SourceRule>> = sourceRules;

describe('the project keeps its rules', () => {
  test.each(Object.keys(rules))('%s', (name) => {
    expect(projectFiles.length).toBeGreaterThan(20);
    expect(projectFiles.flatMap((file) => rules[name]?.(file) ?? ['no such rule'])).toEqual([]);
  });
});

describe('each rule sees what breaks it', () => {
  const breaches: Readonly<Record<keyof typeof sourceRules, readonly (readonly [path: string, text: string])[]>> = {
    'files are short': [['src/query/long.ts', 'const line = 1;\n'.repeat(251)]],
    'names say what is inside': [
      ['src/query/utils.ts', ''],
      ['src/query/query-helpers.ts', ''],
      ['src/query/query.manager.ts', ''],
      ['src/core/query.ts', ''],
      ['test/support/base.ts', ''],
    ],
    'there are no barrels': [['src/query/index.ts', '']],
    'work is finished': [['scripts/start.mjs', `// TO${'DO'}: later`]],
    'only src/config reads the environment': [
      ['src/main.ts', 'const port = process.env.PORT;'],
      ['src/main.ts', "const port = process['env'].PORT;"],
      ['src/main.ts', 'const { env } = process;'],
      ['src/main.ts', "import { env } from 'node:process';"],
      ['src/main.ts', 'const port = globalThis.process.env.PORT;'],
      ['migrations/first.ts', 'run(process.env);'],
    ],
    'every test runs': [
      ['test/unit/some.test.ts', "test.only('one', () => {});"],
      ['test/unit/some.test.ts', "describe.skip.each([1])('one', () => {});"],
      ['test/unit/some.test.ts', "it.skipIf(true)('one', () => {});"],
    ],
    'every export is described': [
      ['src/query/some.ts', 'export const pageRows = 100;'],
      ['src/query/some.ts', 'export class Page {}'],
      ['src/query/some.ts', 'export interface Page {}'],
      ['src/query/some.ts', '// Not a doc comment.\nexport function page() {}'],
      ['src/query/some.ts', '/** @internal */\nexport function page() {}'],
      ['src/query/some.ts', 'const pageRows = 100;\nexport { pageRows };'],
      ['src/query/some.ts', 'export default 100;'],
    ],
  };

  test.each(Object.entries(breaches).flatMap(([rule, files]) => files.map((file) => ({ rule, file }))))(
    '$rule: $file',
    ({ rule, file: [path, text] }) => {
      expect(rules[rule]?.({ path, text })).toHaveLength(1);
    },
  );

  test('and nothing else', () => {
    const good = {
      path: 'src/database/base-url.ts',
      text: "/** Rows on one page, as process.env might say. */\nexport const pageRows = 100;\nrun.only('this');\n",
    };
    expect(Object.values(rules).flatMap((rule) => rule(good))).toEqual([]);
  });
});
