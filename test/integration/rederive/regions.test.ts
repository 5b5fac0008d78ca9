import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtInParser, type ExportParser } from '../../../src/ingest/export-parser';
import type { ExportElement } from '../../../src/ingest/parse/parse-export';
import { oneArray, oneMetric } from '../../support/health-export';
import { until } from '../../support/until';
import { changedParser } from './changed-parser';
import { type OpenParser, type OpenRederive, openRederive, type Sent } from './open-rederive';

let database: OpenRederive;
let before: OpenParser;
let after: OpenParser;

beforeAll(async () => {
  database = await openRederive();
  before = await database.open(builtInParser);
  // Nothing is understood any more.
  after = await database.open(
    changedParser({ lostOneIn: 1, roundedTo: 0, laterHours: 0, hasSources: true, hasSpans: true }),
  );
});
afterAll(() => database.close());

function send(userId: string, body: unknown): Promise<Sent> {
  return before.ingest(userId, { body: JSON.stringify(body), aggregation: null });
}

/** A parser that understands everything but elements with this text in them. */
function parserWithout(text: string): ExportParser {
  const left = (elements: readonly ExportElement[]): ExportElement[] =>
    elements.map((element) => (JSON.stringify(element)?.includes(text) ? null : element));
  return {
    catalogue: builtInParser.catalogue,
    open: (payload, account, find) => {
      const inner = builtInParser.open(payload, account, find);
      return {
        begin: (heads) => inner.begin(heads),
        samples: (head, elements, pointer, at) => inner.samples(head, left(elements), pointer, at),
        endMetric: (head, pointer) => inner.endMetric(head, pointer),
        elements: (kind, elements, pointer, at) => inner.elements(kind, left(elements), pointer, at),
      };
    },
  };
}

function workout(day: string) {
  const [start, end] = [`2024-05-${day} 08:00:00 +0000`, `2024-05-${day} 08:30:00 +0000`];
  return oneArray('workouts', { id: '0a1b2c3d-0000-4000-8000-000000000001', name: 'Run', start, end, duration: 1800 });
}

function night(start: string, end: string) {
  return oneMetric('sleep_analysis', 'hr', {
    date: '2024-05-01',
    source: 'Watch',
    totalSleep: 1,
    sleepStart: `2024-${start}:00 +0000`,
    sleepEnd: `2024-${end}:00 +0000`,
  });
}

test('a workout that an ingestion had moved is back where an older one of another time has it', async () => {
  const userId = await database.newUser();
  await send(userId, workout('20'));
  const first = await database.rows(userId);
  const moved = await send(userId, workout('01'));
  expect(await database.rows(userId)).not.toEqual(first);
  // The older payload does not reach into the time of the newer one, so it has to be looked for.
  const keepsOld = await database.open(parserWithout('2024-05-01'));
  await keepsOld.rederive(userId, [moved]);
  expect(await database.rows(userId)).toEqual(first);
});

test('a night keeps its id, which it has from a payload that only touches it through another one', async () => {
  const userId = await database.newUser();
  await send(userId, night('04-30 21:00', '05-01 02:00'));
  await send(userId, night('04-30 23:00', '05-01 07:00'));
  const last = await send(userId, night('05-01 06:00', '05-01 07:30'));
  const rows = await database.rows(userId, 'with');
  expect(rows).toHaveLength(1);
  await before.rederive(userId, [last]);
  expect(await database.rows(userId, 'with')).toEqual(rows);
});

test('what is not understood any more is gone, and its account says why; what was the same before is untouched', async () => {
  const userId = await database.newUser();
  const gone = await send(userId, night('04-30 21:00', '05-01 02:00'));
  await send(userId, oneMetric('step_count', 'count', { date: '2024-05-01 00:00:00 +0000', qty: 5 }));
  const { changes, written } = await after.rederive(userId, [gone]);
  expect([changes, written]).toEqual([{ stored: 0, updated: 0, deleted: 1 }, [gone.id]]);
  expect(await database.rows(userId)).toEqual([expect.stringMatching(/^quantity_metrics/)]);
  const [row] = await database.sql('SELECT account FROM raw_ingestions WHERE id = $1', [gone.id]);
  expect(row).toMatchObject({ account: { received: 1, stored: 0, rejected: 1 } });
});

test('what arrives while others are read again is decided as if it had come after them', async () => {
  const [userId, otherId] = [await database.newUser(), await database.newUser()];
  const steps = (...points: readonly [minute: string, qty: number][]) =>
    oneMetric(
      'step_count',
      'count',
      ...points.map(([minute, qty]) => ({ date: `2024-05-01 01:${minute}:00 +0000`, qty })),
    );
  // An hour to the first parser, nothing to the other; two minutes, of which the first is taken for a stored hour.
  const [hour, minutes] = [steps(['00', 4711]), steps(['00', 2], ['01', 3])];
  const better = await database.open(parserWithout('4711'));
  const old = await send(userId, hour);
  const lock = 'SELECT pg_advisory_lock(hashtextextended($1, 0))';
  const waiting = async (count: number) => {
    const sql = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
    await until(async () => (await database.sql(sql)).length === count);
  };
  const release = await database.hold(lock, userId);
  // The newcomer waits for the lock first, and has it first.
  const arriving = better.ingest(userId, { body: JSON.stringify(minutes), aggregation: null });
  await waiting(1);
  const rederiving = better.rederive(userId, [old]);
  await waiting(2);
  await release();
  await Promise.all([arriving, rederiving]);
  for (const body of [hour, minutes]) await better.ingest(otherId, { body: JSON.stringify(body), aggregation: null });
  expect(await database.rows(userId)).toEqual(await database.rows(otherId));
});
