import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/catalogue/json';
import { tooLarge } from '../../../src/ingest/parse/parse-export';
import { ParseFault } from '../../../src/ingest/parse/parse-fault';
import { collect, collectFromDocument, roomyLimits } from './collecting-reader';
import { damagedDocument, isLegal, spelledDocument } from './generated-documents';

function verdict(bytes: Buffer): Promise<string> {
  return collect(bytes).then(
    () => 'ok',
    (error) => {
      if (error instanceof ParseFault) return error.code;
      throw error;
    },
  );
}

describe('parseExport', () => {
  it('yields what JSON.parse builds, for every legal spelling', async () => {
    await fc.assert(
      fc.asyncProperty(spelledDocument, async (content) => {
        const parsed = JSON.parse(content) as JsonObject;
        // The property is about documents that are exports; whether they are is tested below.
        fc.pre((await verdict(Buffer.from(content))) !== 'not_an_export');
        expect(await collect(Buffer.from(content))).toEqual(collectFromDocument(parsed));
      }),
      { numRuns: 1500, seed: 20_261 },
    );
  }, 30_000);

  it('is as strict as JSON.parse wherever the fault is', async () => {
    await fc.assert(
      fc.asyncProperty(damagedDocument, async (changed) => {
        const found = await verdict(Buffer.from(changed));
        // A document can be illegal and no export; which of the two it is called makes no difference.
        expect(isLegal(changed) ? ['ok', 'not_an_export'] : ['json_malformed', 'not_an_export']).toContain(found);
      }),
      { numRuns: 3000, seed: 20_262 },
    );
  }, 30_000);

  it('keeps the positions of many elements across slices', async () => {
    const samples = Array.from({ length: 5000 }, (_, i) => ({ qty: i, source: 'ü'.repeat(i % 7) }));
    const content = JSON.stringify({ data: { metrics: [{ data: samples, name: 'x' }], workouts: samples } });
    const { elements } = await collect(Buffer.from(content));
    expect(Object.keys(elements)).toHaveLength(10_000);
    expect(elements['/data/metrics/0/data/4999']).toEqual(samples[4999]);
    expect(elements['/data/workouts/257']).toEqual(samples[257]);
  });

  it.each([
    ['', 'json_malformed'],
    ['  ', 'json_malformed'],
    ['[1]', 'not_an_export'],
    ['"x"', 'not_an_export'],
    ['42', 'not_an_export'],
    ['null', 'not_an_export'],
    ['tru', 'json_malformed'],
    ['{"data":5}', 'not_an_export'],
    ['{"data":[]}', 'not_an_export'],
    ['{"data":{"metrics":"x"}}', 'not_an_export'],
    ['{"data":{"workouts":{}}}', 'not_an_export'],
    ['{"data":null}', 'ok'],
    ['{"data":{"metrics":null}}', 'ok'],
    ['{"data":{}}', 'ok'],
    ['{}', 'ok'],
    ['\ufeff{"data":{}}', 'ok'],
    ['{}{}', 'json_malformed'],
    ['{"data":{"metrics":[{"name":"x","data":[{"qty":NaN}]}]}}', 'json_malformed'],
    ['{"data":{"metrics":[{"name":"x","data":[{"qty":Infinity}]}]}}', 'json_malformed'],
    ['{"extra":{"a":01}}', 'json_malformed'],
    ['{"workouts":[01],"workouts":[]}', 'json_malformed'],
    ['{"metrics":[{"name":"a","data":[01],"data":[]}]}', 'json_malformed'],
    ['{"metrics":[{"nme":tru}],"metrics":[]}', 'json_malformed'],
  ])('says of %j: %s', async (content, expected) => {
    expect(await verdict(Buffer.from(content))).toBe(expected);
  });

  it('refuses what is not UTF-8', async () => {
    expect(await verdict(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))).toBe('encoding_broken');
    expect(await verdict(Buffer.from('{"data":{}}', 'utf16le'))).toBe('json_malformed');
  });

  it('counts a member that comes twice once, the last', async () => {
    const content =
      '{"data":{"metrics":[{"name":"a","data":[1]}]},"data":{"metrics":[{"name":"b","data":[2],"data":[3]}]}}';
    const { elements, heads } = await collect(Buffer.from(content));
    expect(elements).toEqual({ '/data/metrics/0/data/0': 3 });
    expect(heads).toEqual({ '/data/metrics/0': { name: 'b', data: [] } });
  });

  it('counts an array that comes twice once, the last, and of the first nothing', async () => {
    const content =
      '{"ecg":[1,2,3],"metrics":[{"name":"a","data":[1]},{"name":"b"},4],"ecg":[5],"metrics":[{"name":"c"}]}';
    const { elements, heads } = await collect(Buffer.from(content));
    expect(elements).toEqual({ '/ecg/0': 5 });
    expect(heads).toEqual({ '/metrics/0': { name: 'c' } });
  });

  it.each([
    ['json_too_deep', `{"data":${'['.repeat(32)}${']'.repeat(32)}}`],
    ['json_too_deep', `{"x":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
    ['json_too_deep', `{"data":{"workouts":[${'{"a":'.repeat(40)}1${'}'.repeat(40)}]}}`],
    ['json_too_many_keys', `{"data":{"workouts":[{${Array.from({ length: 1001 }, (_, i) => `"${i}":0`).join(',')}}]}}`],
    ['json_element_too_large', `{"extra":"${'x'.repeat(1_000_001)}"}`],
    ['json_element_too_large', `{"extra":{"a":"${'x'.repeat(1_000_001)}"}}`],
    ['json_element_too_large', `{"metrics":[{"name":"${'x'.repeat(70_000)}"}]}`],
    ['json_too_many_metrics', `{"metrics":[${'{},'.repeat(10_000)}{}]}`],
  ])('stops at a limit: %s', async (expected, content) => {
    expect(await verdict(Buffer.from(content))).toBe(expected);
  });

  it('passes over an element that is too large, and reads the others', async () => {
    const large = JSON.stringify('x'.repeat(1_000_001));
    const content = `{"workouts":[1,${large},2],"metrics":[{"name":"a","data":[3,${JSON.stringify('x'.repeat(500_001))}]}]}`;
    const { elements } = await collect(Buffer.from(content));
    expect(elements).toEqual({
      '/workouts/0': 1,
      '/workouts/1': tooLarge,
      '/workouts/2': 2,
      '/metrics/0/data/0': 3,
      '/metrics/0/data/1': tooLarge,
    });
  });

  it('lets other work run while it reads a large body', async () => {
    const samples = Array.from({ length: 100_000 }, (_, i) => ({ date: '2026-01-01 00:00:00 +0000', qty: i }));
    const bytes = Buffer.from(JSON.stringify({ data: { metrics: [{ name: 'x', data: samples }] } }));
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await collect(bytes, roomyLimits);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(5);
  });

  it('never quotes the body in a fault', async () => {
    for (const content of ['{"data":{"ecg":[{"v":secret}]}}', '{"data":{"ecg":[{"v":"secret]}}', '{"secret":x}']) {
      const fault = await collect(Buffer.from(content)).catch((error: Error) => error);
      expect(fault).toBeInstanceOf(ParseFault);
      expect(String((fault as Error).stack)).not.toMatch(/"secret|:secret/);
    }
  });
});
