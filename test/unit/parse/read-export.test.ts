import { describe, expect, it } from 'vitest';
import { BufferSource, type ByteSource } from '../../../src/ingest/parse/byte-source';
import type { ExportIndex } from '../../../src/ingest/parse/export-index';
import { ExportIndexer } from '../../../src/ingest/parse/export-indexer';
import { parseExport, readExport } from '../../../src/ingest/parse/parse-export';
import { collectingReader, roomyLimits } from './collecting-reader';

const samples = Array.from({ length: 1000 }, (_, i) => ({ qty: i }));
const metrics = [{ name: 'a', data: samples }, 'stray', { data: samples, name: 'b' }];
const bytes = Buffer.from(
  `{"data":{"metrics":[{"name":"old","data":[1,2]}]},"workouts":[{"id":1},{"id":2}],"data":${JSON.stringify({ metrics })}}`,
);

function index(validate: boolean): ExportIndex {
  const indexer = new ExportIndexer(roomyLimits, { validate });
  indexer.push(bytes);
  return indexer.finish();
}

/** A source that notes what was read of it. */
function notingSource(ranges: [number, number][]): ByteSource {
  return {
    read: (start, end) => {
      ranges.push([start, end]);
      return bytes.subarray(start, end);
    },
  };
}

describe('readExport', () => {
  it.each([true, false])('only ever reads forward (validated: %s)', async (validate) => {
    const ranges: [number, number][] = [];
    await readExport(index(validate), notingSource(ranges), collectingReader());
    expect(ranges.flat()).toEqual(ranges.flat().sort((a, b) => a - b));
  });

  it('never reads again what is replaced, once it has been checked', async () => {
    const ranges: [number, number][] = [];
    await readExport(index(true), notingSource(ranges), collectingReader());
    expect(ranges[0]?.[0]).toBe(bytes.indexOf('{"id":1}'));
  });

  it('gives everything in the order of the document, after all heads', async () => {
    const calls: string[] = [];
    await readExport(index(true), new BufferSource(bytes), {
      begin: (heads) => {
        calls.push(`begin ${heads.map((head) => head['name'])}`);
        return undefined;
      },
      samples: (head, elements, pointer, firstIndex) =>
        calls.push(`${head['name']} ${pointer} ${firstIndex}+${elements.length}`),
      endMetric: (head, pointer) => calls.push(`end ${head['name']} ${pointer}`),
      elements: (kind, elements, pointer, firstIndex) =>
        calls.push(`${kind} ${pointer} ${firstIndex}+${elements.length}`),
    });
    const slices = (head: string, at: number): string[] =>
      ['0+256', '256+256', '512+256', '768+232'].map((slice) => `${head} /data/metrics/${at}/data ${slice}`);
    expect(calls).toEqual([
      'begin a,b',
      'workouts /workouts 0+2',
      ...slices('a', 0),
      'end a /data/metrics/0',
      'metrics /data/metrics 1+1',
      ...slices('b', 2),
      'end b /data/metrics/2',
    ]);
  });

  it('waits for the reader after each slice', async () => {
    let pending = 0;
    let pauses = 0;
    const give = (): void => expect(pending).toBe(0);
    await parseExport(bytes, roomyLimits, {
      ...collectingReader(),
      samples: give,
      elements: give,
      endMetric: give,
      afterSlice: async () => {
        pauses++;
        pending++;
        await new Promise((resolve) => setTimeout(resolve, 1));
        pending--;
      },
    });
    expect(pauses).toBe(10);
  });

  it('ends with the failure of the reader or the source', async () => {
    const failure = new Error('the database is away');
    const failing = { ...collectingReader(), afterSlice: () => Promise.reject(failure) };
    await expect(parseExport(bytes, roomyLimits, failing)).rejects.toBe(failure);
    const source = { read: () => Promise.reject(failure) };
    await expect(readExport(index(true), source, collectingReader())).rejects.toBe(failure);
  });
});
