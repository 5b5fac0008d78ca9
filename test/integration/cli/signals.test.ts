import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../support/until';
import { type CliPlace, openCliPlace } from './cli-place';
import { startCli, waitForCli } from './run-cli';

let place: CliPlace;

beforeAll(async () => {
  place = await openCliPlace();
});

afterAll(() => place?.close());

test('a signal ends a command on a database that is not its own, whatever it waits for', async () => {
  const { database, dataDir, owner } = place;
  await owner.query('BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
  // It would wait for longer than this test may take.
  const patience = { LOCK_TIMEOUT_MS: '300000', STATEMENT_TIMEOUT_MS: '300000' };
  const child = startCli(['rollups', 'rebuild'], { DATABASE_URL: database.url, DATA_DIR: dataDir, ...patience });
  const ended = waitForCli(child);
  const waiting =
    'SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE NOT l.granted AND d.datname = current_database()';
  await until(async () => (await owner.query(waiting)).rowCount === 1, 20_000);
  child.kill('SIGINT');
  expect(await ended).toMatchObject({ exitCode: 130, stderr: 'Interrupted.\n' });
  await owner.query('ROLLBACK');
});
