import { expect, test } from 'vitest';
import {
  GroupCommit,
  type GroupLimits,
  type GroupMember,
  type GroupVerdict,
} from '../../../src/ingest/store/group-commit';

interface Write extends GroupMember {
  readonly name: string;
}

function write(name: string, userId = name, rows = 1): Write {
  return { name, userId, rows };
}

/** A group commit whose transactions end when the test says so. */
class Transactions {
  readonly begun: string[] = [];
  private readonly ends: ((error?: Error) => void)[] = [];
  readonly group: GroupCommit<Write, string>;

  constructor(limits: Partial<GroupLimits> = {}, judge: (error: unknown) => GroupVerdict = () => 'halve') {
    const begin = (members: readonly Write[]) => this.begin(members);
    this.group = new GroupCommit(
      { maxOpen: 1, maxMembers: 10, maxRows: 100, minRowsBeside: 1, maxHalvingMs: 60_000, ...limits },
      begin,
      judge,
    );
  }

  /** Ends the oldest transaction under way, and lets what follows from it happen. */
  async end(error?: Error): Promise<void> {
    this.ends.shift()?.(error);
    await new Promise((resolve) => setImmediate(resolve));
  }

  private begin(members: readonly Write[]): Promise<string[]> {
    const names = members.map(({ name }) => name);
    this.begun.push(names.join(' '));
    return new Promise((resolve, reject) => {
      this.ends.push((error) => (error === undefined ? resolve(names.map((name) => `${name} done`)) : reject(error)));
    });
  }
}

test('one that comes alone is begun at once; what comes meanwhile shares the next transaction', async () => {
  const transactions = new Transactions();
  const results = ['a', 'b', 'c'].map((name) => transactions.group.submit(write(name)));
  expect(transactions.begun).toEqual(['a']);
  await transactions.end();
  expect(transactions.begun).toEqual(['a', 'b c']);
  await transactions.end();
  expect(await Promise.all(results)).toEqual(['a done', 'b done', 'c done']);
});

test('no more transactions than allowed are open, and each has its share', async () => {
  const transactions = new Transactions({ maxOpen: 2 });
  for (const name of ['a', 'b', 'c', 'd']) void transactions.group.submit(write(name));
  expect(transactions.begun).toEqual(['a', 'b']);
  await transactions.end();
  expect(transactions.begun).toEqual(['a', 'b', 'c d']);
});

test('a transaction beside another one is begun when enough is waiting for it', async () => {
  const transactions = new Transactions({ maxOpen: 3, minRowsBeside: 3 });
  for (const name of ['a', 'b', 'c']) void transactions.group.submit(write(name));
  expect(transactions.begun).toEqual(['a']);
  void transactions.group.submit(write('d'));
  expect(transactions.begun).toEqual(['a', 'b c d']);
  void transactions.group.submit(write('e'));
  await transactions.end();
  expect(transactions.begun).toEqual(['a', 'b c d']);
  await transactions.end();
  expect(transactions.begun).toEqual(['a', 'b c d', 'e']);
});

test('a group is full by its members or by its rows; one alone may have more rows', async () => {
  const byMembers = new Transactions({ maxMembers: 2 });
  for (const name of ['a', 'b', 'c', 'd']) void byMembers.group.submit(write(name));
  await byMembers.end();
  expect(byMembers.begun).toEqual(['a', 'b c']);

  const byRows = new Transactions({ maxRows: 10 });
  for (const [name, rows] of [
    ['a', 1],
    ['b', 4],
    ['c', 6],
    ['d', 1],
    ['e', 99],
  ] as const) {
    void byRows.group.submit(write(name, name, rows));
  }
  for (let i = 0; i < 4; i++) await byRows.end();
  expect(byRows.begun).toEqual(['a', 'b c', 'd', 'e']);
});

test('the writes of one user go one after another, in the order given, and do not keep others waiting', async () => {
  const transactions = new Transactions({ maxOpen: 3 });
  const results = [write('a1', 'a'), write('a2', 'a'), write('a3', 'a'), write('b1', 'b')].map((each) =>
    transactions.group.submit(each),
  );
  expect(transactions.begun).toEqual(['a1', 'b1']);
  await transactions.end();
  expect(transactions.begun).toEqual(['a1', 'b1', 'a2']);
  await transactions.end();
  await transactions.end();
  expect(transactions.begun).toEqual(['a1', 'b1', 'a2', 'a3']);
  await transactions.end();
  expect(await Promise.all(results)).toEqual(['a1 done', 'a2 done', 'a3 done', 'b1 done']);
});

test('a user whose earlier write did not fit is passed over in the same group', async () => {
  const transactions = new Transactions({ maxRows: 10 });
  for (const each of [write('x'), write('a1', 'a', 9), write('b1', 'b', 5), write('b2', 'b', 1)]) {
    void transactions.group.submit(each);
  }
  await transactions.end();
  expect(transactions.begun).toEqual(['x', 'a1']);
  await transactions.end();
  expect(transactions.begun).toEqual(['x', 'a1', 'b1']);
});

test('a group that fails is halved until the guilty member stands alone; the others are committed', async () => {
  const bad = new Error('bad');
  const committed: string[] = [];
  const attempts: string[] = [];
  const group = new GroupCommit<Write, string>(
    { maxOpen: 1, maxMembers: 10, maxRows: 100, minRowsBeside: 1, maxHalvingMs: 60_000 },
    async (members) => {
      const names = members.map(({ name }) => name);
      attempts.push(names.join(' '));
      await new Promise((resolve) => setImmediate(resolve));
      if (names.includes('c')) throw bad;
      committed.push(...names);
      return names;
    },
    () => 'halve',
  );
  const results = await Promise.allSettled(['x', 'a', 'b', 'c', 'd'].map((name) => group.submit(write(name))));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  expect(results[3]).toMatchObject({ reason: bad });
  expect(attempts).toEqual(['x', 'a b c d', 'a b', 'c d', 'c', 'd']);
  expect(committed).toEqual(['x', 'a', 'b', 'd']);
});

test('a group that fails as a whole is tried once, and the next one goes on', async () => {
  const transactions = new Transactions({}, () => 'fail');
  const results = ['a', 'b', 'c'].map((name) => transactions.group.submit(write(name)));
  const settled = Promise.allSettled(results);
  await transactions.end();
  const after = transactions.group.submit(write('b', 'b'));
  await transactions.end(new Error('away'));
  expect((await settled).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  expect(transactions.begun).toEqual(['a', 'b c', 'b']);
  await transactions.end();
  expect(await after).toBe('b done');
});

test('parts of a failed group that are not begun in time fail as it did', async () => {
  const transactions = new Transactions({ maxHalvingMs: -1 });
  void transactions.group.submit(write('first'));
  const results = Promise.allSettled(['a', 'b', 'c', 'd'].map((name) => transactions.group.submit(write(name))));
  await transactions.end();
  for (const part of ['whole', 'half', 'quarter']) await transactions.end(new Error(part));
  expect(transactions.begun).toEqual(['first', 'a b c d', 'a b', 'a']);
  const reasons = (await results).map((result) => (result.status === 'rejected' ? String(result.reason) : 'stored'));
  expect(reasons).toEqual(['Error: quarter', 'Error: half', 'Error: whole', 'Error: whole']);
});
