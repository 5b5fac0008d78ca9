import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliOutcome, runCli } from '../cli/run-cli';
import { type OpenOptimizer, openOptimizer } from './open-optimizer';

let optimizer: OpenOptimizer;
const id = 'missing_index:asked.c';

beforeAll(async () => {
  optimizer = await openOptimizer();
  await optimizer.run(
    'CREATE TABLE asked (a int PRIMARY KEY, c text NOT NULL)',
    `INSERT INTO asked SELECT i, 'text ' || i FROM generate_series(1, 40000) AS i`,
    'ANALYZE asked',
  );
  for (let i = 0; i < 40; i++) await optimizer.service.sql('SELECT a FROM asked WHERE c = $1', [`text ${i}`]);
});

afterAll(() => optimizer.close());

function advise(...args: readonly string[]): Promise<CliOutcome> {
  return runCli(['advise', ...args], { DATABASE_URL: optimizer.service.place.database.ownerUrl });
}

async function hasIndex(): Promise<boolean> {
  const rows = await optimizer.service.sql(`SELECT FROM pg_indexes WHERE indexname = 'asked_c_idx'`);
  return rows.length === 1;
}

test('shows a table, and JSON for programs, and changes nothing', async () => {
  const shown = await advise();
  expect(shown).toMatchObject({ exitCode: 0, stderr: '' });
  expect(shown.stdout).toMatch(/^SEVERITY +AUTOMATIC +ID +WHAT\n/);
  expect(shown.stdout).toContain(`do it  npm run advise -- --apply ${id}`);
  const { advice } = JSON.parse((await advise('--json')).stdout);
  expect(advice.map((each: { id: string }) => each.id)).toContain(id);
  expect(await hasIndex()).toBe(false);
});

test('does nothing that nobody agreed to, and nothing that it did not advise', async () => {
  const unasked = await advise('--apply', id);
  expect(unasked).toMatchObject({ exitCode: 2 });
  expect(unasked.stderr).toContain('CREATE INDEX CONCURRENTLY asked_c_idx ON asked (c);');
  expect(unasked.stderr).toContain('Nobody can be asked here: add --yes.');
  expect(await advise('--apply', 'missing_index:other', '--yes')).toMatchObject({
    exitCode: 1,
    stderr: 'There is no advice missing_index:other now.\n',
  });
  expect(await advise('--undo', id)).toMatchObject({ exitCode: 1, stderr: `${id} was not applied.\n` });
  expect(await hasIndex()).toBe(false);
});

test('applies one, measures before and after, and takes it back', { timeout: 90_000 }, async () => {
  const applied = await advise('--apply', id, '--yes', '--watch', '0', '--json');
  expect(applied.exitCode).toBe(0);
  expect(await hasIndex()).toBe(true);
  const { figures } = JSON.parse(applied.stdout);
  const byName = new Map(figures.map((each: { figure: string }) => [each.figure, each]));
  const [cost, size] = ['cost of its plan', 'indexes of asked'].map(
    (name) => byName.get(name) as { before: number; after: number },
  );
  expect(cost?.after).toBeLessThan((cost?.before ?? 0) / 10);
  expect(size?.after).toBeGreaterThan(size?.before ?? Number.POSITIVE_INFINITY);
  expect(byName.get('mean time of the statement')).toMatchObject({ before: expect.any(Number), after: null });
  const after = await advise();
  expect(after.stdout).not.toContain(`--apply ${id}`);
  expect(after.stdout).toMatch(/APPLIED +AT +CAN BE UNDONE\nmissing_index:asked\.c/);

  const undone = await advise('--undo', id);
  expect(undone).toMatchObject({ exitCode: 0, stdout: `Took back ${id}.\n` });
  expect(await hasIndex()).toBe(false);
  expect(await advise('--undo', id)).toMatchObject({ exitCode: 1 });
});

test('a build that fails is told, with what is left to do while nobody can do it', async () => {
  // Whoever holds a lock that the build waits for, and its removal too.
  await optimizer.run('BEGIN', 'LOCK TABLE asked IN ROW EXCLUSIVE MODE');
  const failed = await advise('--apply', id, '--yes', '--watch', '0');
  await optimizer.run('ROLLBACK');
  expect(failed.exitCode).toBe(1);
  expect(failed.stderr).toContain('Could not be taken back; run it later: DROP INDEX CONCURRENTLY asked_c_idx;');
  expect((await optimizer.advise()).has('invalid_index:asked_c_idx')).toBe(true);
});
