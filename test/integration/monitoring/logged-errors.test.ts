import { randomUUID } from 'node:crypto';
import pino, { type LoggerOptions } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Problem } from '../../../src/common/problem';
import { loadSettings } from '../../../src/config/load-settings';
import { createLoggingOptions } from '../../../src/monitoring/logging.options';
import { ModuleLogger } from '../../../src/monitoring/module-logger';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { type OpenDatabase, openDatabase } from '../database/open-database';

let testDatabase: TestDatabase;
let open: OpenDatabase;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  open = await openDatabase(testDatabase.url);
});
afterAll(async () => {
  await open.close();
  await testDatabase.drop();
});

const userId = randomUUID();
/** Values of a person, any of which in a log would be a leak. */
const secrets = [userId, '61.2345', 'Fatiga\n    at night (grave:1:1)', 'Watch of Anna'];
const [, rate, symptom, source] = secrets;

/** What PostgreSQL throws for a statement, as it comes out of the one door to the database. */
function faultOf(sql: string, values: readonly unknown[] = []): Promise<Error> {
  return open.database
    .inTransaction([], (tx) => tx.query(sql, values))
    .then(
      () => Promise.reject(new Error('it did not fail')),
      (error) => error,
    );
}

const insertRate = `INSERT INTO heart_rate_metrics (user_id, recorded_at, source, granularity, value, zone_offset_minutes, ingestion_seq)
VALUES ($1, '2024-05-01', $2, 1, $3, $4, 1)`;
const faults: readonly (readonly [string, () => Promise<Error>, string])[] = [
  ['an insert that lacks a value', () => faultOf(insertRate, [userId, source, rate, null]), '23502'],
  ['a cast', () => faultOf('SELECT $1::text::float8', [symptom]), '22P02'],
  ['a cast of JSON', () => faultOf('SELECT $1::text::jsonb', [`{"name":${symptom}`]), '22P02'],
  ['a foreign key', () => faultOf("INSERT INTO user_metrics VALUES ($1, 10000, $2, '')", [userId, symptom]), '23503'],
  ['a block of code', () => faultOf(`DO $$ BEGIN PERFORM '${rate} ${source}'::int; END $$`), '22P02'],
  [
    'a statement of TypeORM, which keeps the parameters',
    () =>
      open.database
        .inEntityTransaction([], ({ manager }) => manager.query('SELECT $1::text::int', [`${source} ${rate}`]))
        .then(
          () => new Error('it did not fail'),
          (error) => error,
        ),
    '22P02',
  ],
];

describe('what the log says of a statement that failed', () => {
  let lines: string[];
  let options: LoggerOptions;
  const stream = { write: (line: string) => void lines.push(line) };
  beforeEach(() => {
    lines = [];
    options = createLoggingOptions(loadSettings({ LOG_FORMAT: 'json', LOG_LEVEL: 'trace' }));
  });

  test.each(faults)('of %s', async (_name, provoke, code) => {
    const fault = await provoke();
    const logger = pino(options, stream);
    logger.error({ err: fault }, 'in words of ours');
    logger.error(fault);
    logger.error({ err: fault });
    logger.error({ err: new Problem(500, 'internal_error', 'A fault of ours.', { cause: fault }) });
    logger.error({ err: new AggregateError([fault], 'several') });
    expect(lines).toHaveLength(5);
    for (const line of lines) {
      for (const secret of secrets) expect(line).not.toContain(JSON.stringify(secret).slice(1, -1));
      expect(line).not.toContain('grave');
      expect(line).toContain(`"code":"${code}"`);
      expect(line).toContain('PostgreSQL refused a statement');
      expect(line).toMatch(/"routine":"\w+"/);
      expect(line).toMatch(/\\n {4}at .*database\.service\.ts/);
    }
  });

  test('names the table, the column and the constraint', async () => {
    const logger = pino(options, stream);
    logger.error({ err: await faults[0]?.[1]() });
    logger.error({ err: await faults[3]?.[1]() });
    expect(lines.map((line) => JSON.parse(line).err)).toMatchObject([
      { type: 'DatabaseError', table: expect.stringContaining('heart_rate_metrics'), column: 'zone_offset_minutes' },
      { type: 'DatabaseError', table: 'user_metrics', constraint: 'user_metrics_user_id_fkey' },
    ]);
  });

  test('holds for the logger of the modules, which may be given an error alone', async () => {
    const logger = new ModuleLogger(pino(options, stream));
    logger.error(await faults[1]?.[1](), 'Context');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      context: 'Context',
      msg: 'PostgreSQL refused a statement with 22P02',
      err: { code: '22P02' },
    });
    expect(lines[0]).not.toContain('Fatiga');
  });

  test('leaves errors of ours their message and stack', () => {
    pino(options, stream).error({ err: new TypeError('x is not a function', { cause: new Error('why') }) });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      msg: 'x is not a function',
      err: { type: 'TypeError', stack: expect.stringContaining('logged-errors.test.ts'), cause: { message: 'why' } },
    });
  });
});
