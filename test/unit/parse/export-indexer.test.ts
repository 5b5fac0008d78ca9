import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/catalogue/json';
import { ExportIndexer } from '../../../src/ingest/parse/export-indexer';
import { tooLarge } from '../../../src/ingest/parse/parse-export';
import { ParseFault } from '../../../src/ingest/parse/parse-fault';
import { type Collected, collectFromChunks, collectFromDocument, cutAt, roomyLimits } from './collecting-reader';
import { damagedDocument, isLegal, spelledDocument } from './generated-documents';

/** Where to cut; many of them cut a short document nearly everywhere. */
const edges = fc.oneof(
  fc.array(fc.nat({ max: 100_000 }), { maxLength: 4 }),
  fc.array(fc.nat({ max: 100_000 }), { minLength: 40, maxLength: 200 }),
);
const twoEdges = fc.tuple(edges, edges);

/** The verdict of an indexer that validates, given chunks. */
function verdict(bytes: Buffer, at: readonly number[], limits = roomyLimits): string {
  const indexer = new ExportIndexer(limits, { validate: true });
  try {
    for (const chunk of cutAt(bytes, at)) indexer.push(chunk);
    indexer.finish();
    return 'ok';
  } catch (error) {
    if (error instanceof ParseFault) return error.code;
    throw error;
  }
}

const everywhere = Array.from({ length: 2000 }, (_, i) => i);

describe('ExportIndexer', () => {
  it('leads to what JSON.parse builds, however the document is cut', async () => {
    await fc.assert(
      fc.asyncProperty(spelledDocument, twoEdges, fc.boolean(), async (content, at, validate) => {
        const bytes = Buffer.from(content);
        fc.pre(verdict(bytes, []) !== 'not_an_export');
        const expected = collectFromDocument(JSON.parse(content) as JsonObject);
        expect(await collectFromChunks(bytes, at, { validate })).toEqual(expected);
      }),
      { numRuns: 1000, seed: 20_263 },
    );
  }, 30_000);

  it('has found every fault when it finishes, however the document is cut', () => {
    fc.assert(
      fc.property(damagedDocument, edges, (content, at) => {
        const found = verdict(Buffer.from(content), at);
        expect(isLegal(content) ? ['ok', 'not_an_export'] : ['json_malformed', 'not_an_export']).toContain(found);
      }),
      { numRuns: 3000, seed: 20_264 },
    );
  }, 30_000);

  it('is as strict as a check for UTF-8 and JSON.parse when a byte is changed', () => {
    const byte = fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0x22, 0x5c, 0x80, 0xc0, 0xe2, 0xed, 0xf0, 0xf4, 0xff));
    const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    fc.assert(
      fc.property(spelledDocument, fc.nat({ max: 100_000 }), byte, edges, (content, position, value, at) => {
        const bytes = Buffer.from(content);
        bytes[position % bytes.length] = value;
        let isGood = true;
        try {
          JSON.parse(strict.decode(bytes));
        } catch {
          isGood = false;
        }
        const found = verdict(bytes, at);
        if (isGood) expect(['ok', 'not_an_export']).toContain(found);
        else expect(['json_malformed', 'encoding_broken', 'not_an_export']).toContain(found);
      }),
      { numRuns: 2000, seed: 20_265 },
    );
  }, 30_000);

  it.each([
    ['\ufeff{"data":{"metrics":[]}}', 'ok'],
    ['\ufeff', 'json_malformed'],
    ['\ufeff\ufeff{}', 'json_malformed'],
    [' \ufeff{}', 'json_malformed'],
    ['{"data":\ufeff{}}', 'json_malformed'],
    ['', 'json_malformed'],
    ['{"data":{"ecg":["\\', 'json_malformed'],
    ['{"data":{"ecg":["\\\\"]}}', 'ok'],
    ['{"data":{"ecg":["\\\\\\"","\\u00e9"]}}', 'ok'],
    ['{"data":{"ecg":["\\u00e"]}}', 'json_malformed'],
    ['{"data":{"ecg":["\\ud83d\\ude00","😀",-1.5e-7,true]}}', 'ok'],
    ['{"data":{"ecg":[-]}}', 'json_malformed'],
    ['{"data":{"ecg":[1]},"data":{"ecg":[01]},"data":null}', 'json_malformed'],
    ['{"metrics":[{"data":[01],"data":[1]}]}', 'json_malformed'],
    ['12', 'not_an_export'],
    ['{"data":[1]}', 'not_an_export'],
    ['{"data":[1}', 'json_malformed'],
    ['{"ecg":{"a":[]}}', 'not_an_export'],
    ['{"ecg":{"a":[}}', 'json_malformed'],
    ['1x', 'json_malformed'],
    ['"x', 'json_malformed'],
  ])('says of %j, whole and byte by byte: %s', (content, expected) => {
    const bytes = Buffer.from(content);
    expect([verdict(bytes, []), verdict(bytes, everywhere)]).toEqual([expected, expected]);
  });

  it.each([
    '{"ecg":[1,]}',
    '{"ecg":[,1]}',
    '{"ecg":[1,,2]}',
    '{"ecg":[1 2]}',
    '{"ecg":[1}',
    '{"ecg":[],}',
    '{,}',
    '{"a" 1}',
    '{"a":1 "b":2}',
    '{"a":}',
    '{"a"}',
    '{a:1}',
    '{"metrics":[{},]}',
    '{"metrics":[{"data":[1,]}]}',
    '{"metrics":[{"data":[],}]}',
    '{"metrics":[{"data":[{}}]}',
    '{}}',
    '{}]',
    '{}x',
    '{"data":{"ecg":[{"a":[1,]}]}}',
  ])('refuses %s', (content) => {
    expect(isLegal(content)).toBe(false);
    expect(verdict(Buffer.from(content), [])).toBe('json_malformed');
    expect(verdict(Buffer.from(content), everywhere)).toBe('json_malformed');
  });

  it.each([
    ['cut at the end', [0x7b, 0x22, 0xe2, 0x82]],
    ['overlong', [0x7b, 0x22, 0xc0, 0x80, 0x22]],
    ['a surrogate', [0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['beyond U+10FFFF', [0x7b, 0x22, 0xf4, 0x90, 0x80, 0x80, 0x22]],
    ['a lone continuation', [0x7b, 0x22, 0x80, 0x22]],
    ['nothing that begins a character', [0x7b, 0x7d, 0xff]],
    ['half a byte order mark', [0xef, 0xbb]],
  ])('refuses broken UTF-8 across the edges: %s', (_, bytes) => {
    expect(verdict(Buffer.from(bytes), everywhere)).toBe('encoding_broken');
  });

  it.each([
    ['json_element_too_large', '{"extra":"', 'x', '"}'],
    ['json_element_too_large', '{"', 'x', '":1}'],
    ['json_element_too_large', '{"extra":{"a":[', '1,', '1]}}'],
    ['json_element_too_large', '{"metrics":[{"name":"', 'x', '"}]}'],
    ['json_element_too_large', '{"metrics":[{"', 'x', '":1}]}'],
    ['json_element_too_large', '"', 'x', '"'],
    ['json_element_too_large', '[', '1,', '1]'],
    ['json_too_many_metrics', '{"metrics":[', '{},', '{}]}'],
    ['json_too_many_keys', '{"data":{"ecg":[{', '"a":1,', '"a":1}]}}'],
    ['json_too_many_metrics', '{', '"metrics":[{},{},{},{},{}],', '"a":1}'],
    ['json_element_too_large', '{"metrics":[', `{"name":"${'x'.repeat(60_000)}"},`, '1]}'],
    ['json_element_too_large', '{', `"${'x'.repeat(250_000)}":[1],`, '"a":1}'],
    ['json_too_many_keys', '{', `"data":{${'"ecg":[],'.repeat(600)}"a":1},`, '"a":1}'],
  ])('stops at %s while it is still arriving: %s…', (expected, begin, middle, end) => {
    const limits = { ...roomyLimits, maxMetrics: 3000 };
    // Some need to be longer, because what is too large is all of it together.
    const repeat = Math.ceil((middle.length > 50_000 ? 9_000_000 : 520_000) / middle.length);
    const whole = Buffer.from(begin + middle.repeat(repeat) + end);
    expect(verdict(whole.subarray(0, whole.length - end.length), [100, 90_000, 200_000, 500_000], limits)).toBe(
      expected,
    );
  });

  it('passes over an element that is too large, wherever it is cut', async () => {
    const large = JSON.stringify('x'.repeat(700));
    const limits = { ...roomyLimits, maxSampleBytes: 200, maxElementBytes: 600 };
    const content = `{"workouts":[1,${large},2],"metrics":[{"name":"a","data":[3,{"a":${large}}]},${large},4]}`;
    for (const step of [1, 7, 64, 5000]) {
      const at = everywhere.map((i) => i * step);
      for (const validate of [true, false]) {
        const { elements } = await collectFromChunks(Buffer.from(content), [at, [50, 900]], { validate }, limits);
        expect(elements).toEqual({
          '/workouts/0': 1,
          '/workouts/1': tooLarge,
          '/workouts/2': 2,
          '/metrics/0/data/0': 3,
          '/metrics/0/data/1': tooLarge,
          '/metrics/1': tooLarge,
          '/metrics/2': 4,
        } satisfies Collected['elements']);
      }
    }
  });

  it('checks what stands before an element that is too large', () => {
    const limits = { ...roomyLimits, maxSampleBytes: 200, maxElementBytes: 600 };
    const content = `{"workouts":[1,02,${JSON.stringify('x'.repeat(700))}]}`;
    for (const step of [1, 64, 5000]) {
      const at = everywhere.map((i) => i * step);
      expect(verdict(Buffer.from(content), at, limits)).toBe('json_malformed');
    }
  });

  it('makes the same index however the document is cut', () => {
    const samples = Array.from({ length: 3000 }, (_, i) => ({ qty: i, source: 'é'.repeat(i % 90) }));
    const bytes = Buffer.from(JSON.stringify({ data: { metrics: [{ data: samples, name: 'x' }], workouts: samples } }));
    const indexOf = (stepBytes: number, validate: boolean): unknown => {
      const indexer = new ExportIndexer(roomyLimits, { validate });
      for (let at = 0; at < bytes.length; at += stepBytes) indexer.push(bytes.subarray(at, at + stepBytes));
      return indexer.finish();
    };
    const whole = indexOf(bytes.length, false);
    expect(whole).toMatchObject({ heads: [{ name: 'x', data: [] }] });
    for (const stepBytes of [13, 1000, 65_536]) expect(indexOf(stepBytes, true)).toEqual(whole);
  });
});
