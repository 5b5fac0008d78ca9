import { expect, test } from 'vitest';
import { WorkCheckpoint } from '../../../src/ingest/process/work-checkpoint';

const format = { name: 'export', version: 3 };
const lines = (stored: number) => new Map([['heart_rate', { stored, updated: 1, unchanged: 2 }]]);
const saved = (checkpoint: WorkCheckpoint): unknown => JSON.parse(JSON.stringify(checkpoint));

test('adds up what became of the parts, and says so again when it is read', () => {
  const checkpoint = WorkCheckpoint.read(null, format).with(lines(10)).with(lines(5));
  const read = WorkCheckpoint.read(saved(checkpoint), format);
  expect({ parts: read.parts, samples: read.samples }).toEqual({ parts: 2, samples: 21 });
  expect([...read.lines]).toEqual([['heart_rate', { stored: 15, updated: 2, unchanged: 4 }]]);
});

test.each([
  ['another version', { name: 'export', version: 4 }],
  ['another format', { name: 'archive', version: 3 }],
])('what %s has saved is the beginning', (_name, other) => {
  const checkpoint = WorkCheckpoint.read(null, format).with(lines(10));
  expect(WorkCheckpoint.read(saved(checkpoint), other)).toMatchObject({ parts: 0, samples: 0 });
});

test.each([[null], [{}], ['x'], [{ format: 'export', version: 3, parts: -1, lines: [] }]])(
  '%j is the beginning',
  (of) => {
    expect(WorkCheckpoint.read(of, format)).toMatchObject({ parts: 0, samples: 0 });
  },
);
