import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ProcessFigures } from '../../../src/monitoring/process-figures';
import { adviceKinds } from '../../../src/optimizer/advice';
import type { Evidence, ServerFacts } from '../../../src/optimizer/evidence/evidence';
import { comparedColumns } from '../../../src/optimizer/evidence/plan-node';
import { compareWindows } from '../../../src/optimizer/evidence/read-statements';
import { ownIndexes } from '../../../src/optimizer/own-indexes';
import { makeReport } from '../../../src/optimizer/report';
import { rules } from '../../../src/optimizer/rules';

const server: ServerFacts = {
  databaseName: 'health',
  databaseBytes: 1e9,
  blocksHit: 1,
  blocksRead: 0,
  transactionAge: 1,
  multixactAge: 1,
  connections: 10,
  maxConnections: 97,
  checkpointsTimed: 0,
  checkpointsRequested: 0,
  walBytes: 0,
  invalidConstraints: [],
  slotsBehind: [],
  settings: new Map([['shared_buffers', '65536']]),
};

function evidenceOf(given: Partial<Evidence>): Evidence {
  return {
    collectedAt: new Date(0),
    unreadable: [],
    statements: null,
    tables: [],
    indexes: [],
    sessions: [],
    sequences: [],
    server,
    partitions: null,
    processes: [],
    ...given,
  };
}

function idsOf(given: Partial<Evidence>): string[] {
  return makeReport(evidenceOf(given)).advice.map(({ id }) => id);
}

function idsOfProcess(figures: ProcessFigures): string[] {
  return idsOf({ processes: [figures] });
}

test('there is one rule for each kind of advice', () => {
  expect(rules.map(({ kind }) => kind).sort()).toEqual([...adviceKinds].sort());
});

test('the indexes that are never called unused are those of the schema', () => {
  const schema = readFileSync(join(__dirname, '../../../migrations/schema.sql'), 'utf8');
  const names = [...schema.matchAll(/^CREATE INDEX (\S+) /gm)].map(([, name]) => name);
  expect([...ownIndexes].sort()).toEqual(names.sort());
});

test('nothing is advised without evidence', () => {
  expect(idsOf({})).toEqual([]);
  expect(idsOf({ server: null })).toEqual([]);
});

test.each([
  ['wraparound:health', { server: { ...server, multixactAge: 600_000_000 } }],
  ['connections_near_limit:server', { server: { ...server, connections: 90 } }],
  ['replication_slot_behind:standby', { server: { ...server, slotsBehind: [{ name: 'standby', bytes: 2e9 }] } }],
  ['low_hit_ratio:database', { server: { ...server, blocksHit: 9e6, blocksRead: 1e6 } }],
  [
    'setting:max_wal_size',
    { server: { ...server, checkpointsRequested: 20, walBytes: 10e9, settings: new Map([['max_wal_size', '1024']]) } },
  ],
  ['setting:shared_buffers', { server: { ...server, settings: new Map([['shared_buffers', '16384']]) } }],
  ['setting:fsync', { server: { ...server, settings: new Map([['fsync', 'off']]) } }],
  [
    'long_transaction:7',
    {
      sessions: [
        { pid: 7, application: 'x', state: 'active', transactionS: 61, stateS: 61, lockWaitS: null, blockedBy: [] },
      ],
    },
  ],
  [
    'statement_statistics_missing:not_loaded',
    {
      statements: {
        missing: 'not_loaded',
        statements: [],
        changes: [],
        selectiveScans: [],
        tablesReadWhole: new Set(),
      },
    },
  ],
] satisfies [string, Partial<Evidence>][])('%s', (id, given) => {
  expect(idsOf(given)).toEqual([id]);
});

const memory = {
  uptimeS: 10,
  peakRssBytes: 95e6,
  limitBytes: 100e6,
  peakHeapBytes: 50e6,
  heapLimitBytes: 400e6,
};
const cache = { kind: 'metrics', hits: 100, misses: 200, expiredMisses: 150, timeToLiveS: 600, reuseP95S: 1500 };
const chunks = { startRows: 8000, minRows: 2000, maxRows: 32_000, start: { rows: 8000, rowsPerS: 100_000 } };

test.each([
  ['a limit of memory that was nearly reached', { memory }, ['memory_limit:container']],
  ['a limit far away', { memory: { ...memory, limitBytes: 200e6 } }, []],
  ['entries that end before they are asked for again', { caches: [cache] }, ['cache_lifetime:metrics']],
  ['entries that are found', { caches: [{ ...cache, hits: 1000 }] }, []],
  ['entries that nobody measured', { caches: [{ ...cache, reuseP95S: null }] }, []],
  [
    'a better size of chunks',
    { chunks: { ...chunks, best: { rows: 18_000, rowsPerS: 140_000 } } },
    ['chunk_size:CHUNK_ROWS'],
  ],
  ['one that is hardly better', { chunks: { ...chunks, best: { rows: 18_000, rowsPerS: 120_000 } } }, []],
] satisfies [string, ProcessFigures, string[]][])('%s', (_name, figures, ids) => {
  expect(idsOfProcess(figures)).toEqual(ids);
});

test('the columns that a condition compares', () => {
  expect(comparedColumns('((t.source = $1) AND (t.value > $2) AND (t.value < $3))')).toEqual({
    equal: ['source'],
    ranged: ['value'],
  });
  expect(comparedColumns("((t.name)::text = 'x'::text)").equal).toEqual(['name']);
  expect(comparedColumns('(t.id = ANY ($1))').equal).toEqual(['id']);
  expect(comparedColumns('(lower(t.name) = $1)')).toEqual({ equal: [], ranged: [] });
  expect(comparedColumns('((t.a = $1) OR (t.b = $2))')).toEqual({ equal: [], ranged: [] });
});

test('windows of counts that began anew are not compared', () => {
  const now = { id: '1', text: 'SELECT', calls: 5, totalMs: 50, meanMs: 10, rows: 5, share: 1 };
  expect(compareWindows([now], { '1': [3, 6] }, { '1': [1, 2] })).toEqual([
    { id: '1', text: 'SELECT', before: { calls: 2, meanMs: 2 }, now: { calls: 2, meanMs: 22 } },
  ]);
  expect(compareWindows([now], { '1': [9, 90] }, { '1': [1, 2] })).toEqual([]);
});
