import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { retryTransient } from '../../../src/database/retry-transient';
import { classifyFault } from '../../../src/database/sqlstate';
import { translateDatabaseFault } from '../../../src/database/translate-database-fault';
import { type Fault, FaultyDatabase, faultOf, faults } from './provoke-fault';

let database: FaultyDatabase;

beforeAll(async () => {
  database = await FaultyDatabase.open();
});

afterAll(() => database.close());

describe('what a real fault means', () => {
  test.each(faults)('$name: $expected', async ({ expected, code, provoke }) => {
    const fault = await faultOf(() => provoke(database));
    expect(fault).toBeInstanceOf(Error);
    expect((fault as { code?: string }).code).toBe(code);
    expect(classifyFault(fault)).toBe(expected);
    const problem = translateDatabaseFault(fault);
    expect(problem?.status).toBe(expected === 'permanent' ? undefined : 503);
    expect(JSON.stringify(problem ?? {})).not.toContain('things');
  });

  test('wrapped by TypeORM it means the same', async () => {
    const dataSource = await new DataSource({
      type: 'postgres',
      url: database.urlWith(() => undefined),
      installExtensions: false,
    }).initialize();
    const fault = await faultOf(() => dataSource.query('SET statement_timeout = 50; SELECT pg_sleep(5)'));
    await dataSource.destroy();
    expect(fault).toMatchObject({ name: 'QueryFailedError' });
    expect(classifyFault(fault)).toBe('unavailable');
  });

  test('what is no error, and an error of our own, is permanent', () => {
    for (const thrown of [undefined, null, 'text', { code: '40001' }, new TypeError('x is not a function')]) {
      expect(classifyFault(thrown)).toBe('permanent');
      expect(translateDatabaseFault(thrown)).toBeUndefined();
    }
  });
});

describe('retryTransient', () => {
  /** Runs what fails so many times with this code and then succeeds. */
  async function run(code: string, failures: number): Promise<{ attempts: number; fault: unknown }> {
    const { provoke } = faults.find((fault) => fault.code === code) as Fault;
    let attempts = 0;
    const fault = await faultOf(() =>
      retryTransient(async () => {
        attempts += 1;
        if (attempts <= failures) await provoke(database);
      }),
    );
    return { attempts, fault };
  }

  test('runs a lost race again, three times at most', async () => {
    expect(await run('40001', 2)).toEqual({ attempts: 3, fault: undefined });
    expect(await run('40001', 9)).toMatchObject({ attempts: 3, fault: { code: '40001' } });
  });

  test('does not repeat what would fail again or wait again', async () => {
    expect(await run('23505', 9)).toMatchObject({ attempts: 1, fault: { code: '23505' } });
    expect(await run('57014', 9)).toMatchObject({ attempts: 1, fault: { code: '57014' } });
  });
});
