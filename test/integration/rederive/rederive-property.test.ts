import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtInParser, type ExportParser } from '../../../src/ingest/export-parser';
import { aHistory, writeBody } from '../../support/model/payload';
import { changedParser, type ParserChange } from './changed-parser';
import { denseSendings } from './dense-sendings';
import { type OpenParser, type OpenRederive, openRederive, type Sending, type Sent } from './open-rederive';

/** Any number will do; this one is fixed, so that a failure can be had again. */
const seed = Number(20_261_127);
const runs = 24;
/** Runs go on several at a time, for most of a run is waiting; each of these lanes has a seed of its own. */
const lanes = 3;

const changes: readonly ParserChange[] = [
  { lostOneIn: 3, roundedTo: 0, laterHours: 0, hasSources: true, hasSpans: true },
  { lostOneIn: 0, roundedTo: 50, laterHours: 0, hasSources: false, hasSpans: true },
  { lostOneIn: 5, roundedTo: 0, laterHours: 3, hasSources: true, hasSpans: false },
];

let database: OpenRederive;
let parsers: OpenParser[];

beforeAll(async () => {
  database = await openRederive();
  const all: ExportParser[] = [builtInParser, ...changes.map(changedParser)];
  parsers = [];
  for (const parser of all) parsers.push(await database.open(parser));
});
afterAll(() => database.close());

/** Payloads of every kind, of which some come again later on. */
const variedSendings: fc.Arbitrary<readonly Sending[]> = fc
  .tuple(fc.array(aHistory, { minLength: 1, maxLength: 2 }), fc.array(fc.nat(), { maxLength: 2 }))
  .map(([histories, again]) => {
    const payloads = histories
      .flat()
      .map((payload) => ({ body: writeBody(payload), aggregation: payload.aggregation }));
    return [...payloads, ...again.map((n) => payloads[n % payloads.length] as Sending)];
  });

const sendings = fc.oneof(variedSendings, { weight: 2, arbitrary: denseSendings });

/** Shuffles by numbers that were drawn: `at` puts each element at a place of its own. */
function ordered<T>(items: readonly T[], ranks: readonly number[]): T[] {
  return items
    .map((item, i) => ({ item, rank: ranks[i % ranks.length] ?? 0 }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

const ranks = fc.array(fc.nat(), { minLength: 12, maxLength: 12 });

async function ingestAll(parser: OpenParser, userId: string, all: readonly Sending[]): Promise<Sent[]> {
  const sent: Sent[] = [];
  for (const sending of all) sent.push(await parser.ingest(userId, sending));
  return sent;
}

/** Re-derives in groups of one to three. */
async function rederiveAll(parser: OpenParser, userId: string, all: readonly Sent[], groups: readonly number[]) {
  for (let i = 0, n = 0; i < all.length; n++) {
    const size = 1 + ((groups[n % groups.length] ?? 0) % 3);
    await parser.rederive(userId, all.slice(i, i + size));
    i += size;
  }
}

/**
 * What the accounts say of each metric. Not of things with ids of the app's own: that such a thing was there before, at
 * another time, is only known to an ingestion that a replay need not read.
 */
async function accountsOf(userId: string): Promise<string[]> {
  const rows = await database.sql<{ account: string }>(
    `SELECT ((account->'metrics') - 'workouts' - 'state_of_mind')::text || (account->'rejections')::text AS account
       FROM raw_ingestions WHERE user_id = $1 ORDER BY ingestion_seq`,
    [userId],
  );
  return rows.map(({ account }) => account);
}

async function assertAll<T>(arbitrary: fc.Arbitrary<T>, check: (value: T) => Promise<void>): Promise<void> {
  const property = fc.asyncProperty(arbitrary, check);
  const run = (lane: number) => fc.assert(property, { seed: seed + lane, numRuns: runs / lanes, endOnFailure: true });
  const results = await Promise.allSettled(Array.from({ length: lanes }, (_, lane) => run(lane)));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

test('replays by the same parser, in any order and number, change nothing at all', { timeout: 240_000 }, async () => {
  await assertAll(fc.tuple(sendings, ranks, fc.nat({ max: changes.length })), async ([all, order, which]) => {
    const parser = parsers[which] as OpenParser;
    const userId = await database.newUser();
    const sent = await ingestAll(parser, userId, all);
    const [rows, accounts] = [await database.rows(userId, 'with'), await accountsOf(userId)];
    await rederiveAll(parser, userId, ordered([...sent, ...sent.slice(0, 2)], order), order);
    expect(await database.rows(userId, 'with')).toEqual(rows);
    expect(await accountsOf(userId)).toEqual(accounts);
  });
});

test('re-deriving history by another parser is as if that had been the parser from the start', {
  timeout: 280_000,
}, async () => {
  const pair = fc.tuple(fc.nat({ max: changes.length }), fc.nat({ max: changes.length }));
  await assertAll(fc.tuple(sendings, ranks, pair, fc.nat({ max: 2 })), async ([all, order, [a, b], later]) => {
    const [before, after] = [parsers[a] as OpenParser, parsers[b] as OpenParser];
    const [userId, otherId] = [await database.newUser(), await database.newUser()];
    const old = all.slice(0, all.length - Math.min(later, all.length - 1));
    const sent = await ingestAll(before, userId, old);
    const shuffled = ordered(sent, order);
    await rederiveAll(after, userId, shuffled.slice(0, shuffled.length >> 1), order);
    // Some come to the new parser while the rest still waits to be re-derived.
    const newest = await ingestAll(after, userId, all.slice(old.length));
    await rederiveAll(after, userId, [...shuffled.slice(shuffled.length >> 1), ...ordered(newest, order)], order);

    await ingestAll(after, otherId, all);
    expect(await database.rows(userId)).toEqual(await database.rows(otherId));
  });
});
