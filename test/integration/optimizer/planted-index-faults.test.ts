import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askOften, type OpenOptimizer, openOptimizer } from './open-optimizer';

let optimizer: OpenOptimizer;

const run = (...statements: readonly string[]) => optimizer.run(...statements);

/** As many writing transactions as make an index no longer new. */
async function writeOften(table: string): Promise<void> {
  for (let i = 0; i < 25; i++) await run(`UPDATE ${table} SET b = b WHERE a = ${i + 1}`);
}

beforeAll(async () => {
  optimizer = await openOptimizer();
  // Each fault has a table of its own, so that no one hides another.
  for (const table of ['unused', 'twice', 'lacking', 'broken', 'bloated', 'scanned', 'served']) {
    await run(
      `CREATE TABLE ${table} (a int PRIMARY KEY, b int NOT NULL, c text NOT NULL)`,
      `INSERT INTO ${table} SELECT i, i, 'text ' || i % 7000 FROM generate_series(1, 40000) AS i`,
      `ANALYZE ${table}`,
    );
  }
});

afterAll(() => optimizer.close());

test('an index that nothing uses', async () => {
  await run('CREATE INDEX unused_c ON unused (c)', 'CREATE INDEX unused_b ON unused (b)');
  await writeOften('unused');
  await run(
    askOften('FROM unused WHERE a = i', 300),
    'SET enable_seqscan = off',
    askOften('FROM unused WHERE b = i', 300),
    'RESET enable_seqscan',
  );
  const advice = (await optimizer.advise()).get('unused_index:unused_c');
  expect(advice).toMatchObject({ kind: 'unused_index', isAutomatic: true });
  expect(advice?.apply).toEqual({ sql: ['DROP INDEX CONCURRENTLY unused_c'] });
  expect(advice?.undo).toEqual({ sql: ['CREATE INDEX CONCURRENTLY unused_c ON public.unused USING btree (c)'] });
  const ids = [...(await optimizer.advise()).keys()];
  expect(ids).not.toContain('unused_index:unused_b');
  expect(ids.filter((id) => id.includes('unused_pkey'))).toEqual([]);
});

test('an index that another one does the work of: the same, and the beginning of a longer one', async () => {
  await run(
    'CREATE INDEX twice_1 ON twice (b, c)',
    'CREATE INDEX twice_2 ON twice (b, c)',
    'CREATE INDEX twice_short ON twice (b)',
    'CREATE INDEX twice_other ON twice (b DESC)',
    'CREATE INDEX twice_some ON twice (b) WHERE b > 5',
  );
  const found = [...(await optimizer.advise()).keys()].filter((id) => id.startsWith('duplicate_index:'));
  expect(found).toEqual(['duplicate_index:twice_2', 'duplicate_index:twice_short']);
});

test('a copy of an index of our own schema: the copy goes, whatever the names, and ours is never advised away', async () => {
  await run(
    'CREATE INDEX workouts_copy_idx ON workouts (user_id, started_at)',
    'CREATE INDEX sleep_copy_brin ON sleep_segments USING brin (recorded_at)',
    'CREATE INDEX ecg_longer_idx ON ecg_recordings (user_id, started_at, source)',
  );
  const advice = await optimizer.advise();
  const ofOurs = [...advice.values()].filter(
    ({ kind, title }) => kind === 'duplicate_index' && /workouts|sleep_|ecg_/.test(title),
  );
  expect(ofOurs.map(({ id }) => id)).toEqual(['duplicate_index:sleep_copy_brin', 'duplicate_index:workouts_copy_idx']);
  const copy = advice.get('duplicate_index:workouts_copy_idx');
  expect(copy?.title).toBe('The index workouts_copy_idx does what workouts_started_at_idx does');
  expect(copy?.apply).toEqual({ sql: [expect.stringMatching(/^DROP INDEX .*workouts_copy_idx$/)] });
});

describe('an index that is missing', () => {
  test('of an ordinary table, with the statement and the plan', async () => {
    for (let i = 0; i < 40; i++) await optimizer.service.sql('SELECT a FROM lacking WHERE c = $1', [`text ${i}`]);
    const advice = (await optimizer.advise()).get('missing_index:lacking.c');
    expect(advice?.apply).toEqual({ sql: ['CREATE INDEX CONCURRENTLY lacking_c_idx ON lacking (c)'] });
    expect(advice?.undo).toEqual({ sql: ['DROP INDEX CONCURRENTLY lacking_c_idx'] });
    expect(advice?.seen[0]).toBe('SELECT a FROM lacking WHERE c = $1');
    // An estimate from a sample.
    expect(advice?.seen.at(-1)).toMatch(/^Different values: c [67],\d{3}\.$/);
  });

  test('of a partitioned one: made on each partition, and only there without a lock on all', async () => {
    await run(
      'CREATE TABLE split (a int NOT NULL, b int NOT NULL, c text NOT NULL, PRIMARY KEY (a, b)) PARTITION BY RANGE (b)',
      'CREATE TABLE split_1 PARTITION OF split FOR VALUES FROM (0) TO (20000)',
      'CREATE TABLE split_2 PARTITION OF split FOR VALUES FROM (20000) TO (50000)',
      `INSERT INTO split SELECT i, i, 'text ' || i % 7000 FROM generate_series(1, 40000) AS i`,
      'ANALYZE split_1, split_2',
    );
    for (let i = 0; i < 40; i++) await optimizer.service.sql('SELECT a FROM split WHERE c = $1', [`text ${i}`]);
    const advice = (await optimizer.advise()).get('missing_index:split.c');
    expect(advice?.apply).toEqual({
      sql: [
        'CREATE INDEX split_c_idx ON ONLY split (c)',
        'CREATE INDEX CONCURRENTLY split_1_split_c_idx ON split_1 (c)',
        'ALTER INDEX split_c_idx ATTACH PARTITION split_1_split_c_idx',
        'CREATE INDEX CONCURRENTLY split_2_split_c_idx ON split_2 (c)',
        'ALTER INDEX split_c_idx ATTACH PARTITION split_2_split_c_idx',
      ],
    });
  });

  test('and not where most of the table is asked for, or where the index is there', async () => {
    await run('CREATE INDEX served_c ON served (c)');
    for (let i = 0; i < 40; i++) {
      await optimizer.service.sql('SELECT a FROM served WHERE c = $1', [`text ${i}`]);
      await optimizer.service.sql('SELECT count(*) FROM served WHERE b > 0');
    }
    const ids = [...(await optimizer.advise()).keys()];
    expect(ids.filter((id) => /served/.test(id))).toEqual([]);
  });
});

test('a table that is read whole again and again by what no statement shows', async () => {
  await run(askOften(`FROM scanned WHERE c = 'text ' || i`, 60));
  expect((await optimizer.advise()).get('sequential_scans:scanned')).toMatchObject({ severity: 'warning' });
});

test('an index whose build failed', async () => {
  await run('UPDATE broken SET b = 1 WHERE a < 3');
  await expect(optimizer.service.sql('CREATE UNIQUE INDEX CONCURRENTLY broken_b ON broken (b)')).rejects.toThrow();
  expect((await optimizer.advise()).get('invalid_index:broken_b')).toMatchObject({ severity: 'warning' });
});

test('an index that is mostly empty pages, until it is rebuilt', async () => {
  await run(
    'CREATE INDEX bloated_b ON bloated (b)',
    `INSERT INTO bloated SELECT i, i, 'x' FROM generate_series(40001, 300000) AS i`,
    'DELETE FROM bloated WHERE a % 100 <> 0',
    'VACUUM (ANALYZE) bloated',
  );
  const advice = await optimizer.advise();
  expect(advice.get('bloated_index:bloated_b')?.apply).toEqual({ sql: ['REINDEX INDEX CONCURRENTLY bloated_b'] });
  await run('REINDEX INDEX CONCURRENTLY bloated_b');
  const ids = [...(await optimizer.advise()).keys()];
  expect(ids).not.toContain('bloated_index:bloated_b');
  expect(ids).toContain('bloated_index:bloated_pkey');
});
