import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportOfEverything } from '../support/export-of-everything';
import { oneMetric, secondOf } from '../support/health-export';
import type { Answer, Phone } from '../support/phone';
import { type Service, startService } from '../support/service';
import { countAllRows } from '../support/stored-rows';

/** Any number will do; this one is fixed, so that a failure can be had again. */
const seed = 20_240_502;

let service: Service;
let phone: Phone;
let rows: Readonly<Record<string, number>>;
beforeAll(async () => {
  // Every body is answered for what is in it.
  service = await startService({ INLINE_BODY_BYTES: String(64 * 1024 * 1024) });
  phone = await service.newPhone();
  rows = await countAllRows(service);
});
afterAll(() => service.stop());

const everything = JSON.stringify(exportOfEverything());

/** An answer to anything: taken and balanced, or refused with a problem and without a trace. */
async function expectCivil({ status, headers, json }: Answer): Promise<void> {
  if (status === 200) {
    for (const line of [json, ...Object.values(json.metrics)]) {
      expect(line.stored + line.updated + line.unchanged + line.rejected).toBe(line.received);
    }
    rows = await countAllRows(service);
    return;
  }
  expect([400, 413, 415]).toContain(status);
  expect(headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(json).toMatchObject({ status, code: expect.stringMatching(/^[a-z_]+$/) });
  expect(await countAllRows(service)).toEqual(rows);
}

/** Texts with everything that makes trouble: NUL, lone surrogates, names of members of every object. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.string({ unit: fc.integer({ min: 0xd7ff, max: 0xe001 }).map((unit) => String.fromCharCode(unit)), maxLength: 3 }),
  fc.constantFrom('', '\0', '\ud800', '\udc00\ud800', '__proto__', 'constructor', 'toString', 'length', '\u202e', '𝒳'),
);
const anyNumber = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(-0, 5e-324, 1.7e308, 2 ** 53),
);
const anyJson = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(fc.constantFrom(null, true, false), anyNumber, anyText, fc.constantFrom(secondOf(1), '2024-05-01', 'qty')),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(anyText, fc.constantFrom('date', 'qty', 'source', 'start', 'data', 'name')), tie('value'), {
      maxKeys: 4,
    }),
  ),
})).value;

/** Every place of an export that a value can be put into: the path of each member, and of each element. */
function placesOf(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  const entries = Object.entries(value);
  return [
    path,
    ...entries.flatMap(([key, member]) => placesOf(member, [...path, Array.isArray(value) ? Number(key) : key])),
  ];
}

function put(value: unknown, path: readonly (string | number)[], replacement: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return replacement;
  if (Array.isArray(value)) return value.map((each, n) => (n === key ? put(each, rest, replacement) : each));
  const entries = Object.entries(value as object);
  return Object.fromEntries(
    entries.map(([name, member]) => [name, name === key ? put(member, rest, replacement) : member]),
  );
}

describe(`bodies of chance, seed ${seed}`, () => {
  test('any JSON value in any place of an export', { timeout: 240_000 }, async () => {
    const places = placesOf(exportOfEverything());
    const property = fc.asyncProperty(fc.constantFrom(...places), anyJson, async (place, value) => {
      await expectCivil(await phone.post(put(exportOfEverything(), place, value)));
    });
    await fc.assert(property, { seed, numRuns: 400 });
  });

  test('any JSON value as the whole body, or as an array of the format', async () => {
    const wrap = fc.constantFrom(
      (value: unknown) => value,
      (value: unknown) => ({ data: value }),
      (value: unknown) => ({ data: { metrics: [value] } }),
      (value: unknown) => oneMetric('heart_rate', 'bpm', value, value),
      (value: unknown) => ({ data: { workouts: [value], ecg: [value], symptoms: [value], other: value } }),
    );
    const property = fc.asyncProperty(wrap, anyJson, async (around, value) => {
      await expectCivil(await phone.post(JSON.stringify(around(value))));
    });
    await fc.assert(property, { seed, numRuns: 150 });
  });

  test('any bytes, as they are and as what they are said to be', async () => {
    const headers = fc.constantFrom({}, { 'content-encoding': 'gzip' }, { 'content-encoding': 'br' });
    const bytes = fc.uint8Array({ maxLength: 200 });
    const property = fc.asyncProperty(bytes, headers, async (sent, how: Record<string, string>) => {
      const answer = await phone.post(Buffer.from(sent), how);
      expect(answer.status).not.toBe(200);
      await expectCivil(answer);
    });
    await fc.assert(property, { seed, numRuns: 150 });
  });

  test('bits of an export turned over', { timeout: 240_000 }, async () => {
    const plain = Buffer.from(everything);
    const flips = fc.array(fc.tuple(fc.nat({ max: plain.length - 1 }), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 3,
    });
    const property = fc.asyncProperty(flips, fc.boolean(), async (places, isCompressed) => {
      const bytes = Buffer.from(isCompressed ? gzipSync(plain) : plain);
      for (const [place, mask] of places) bytes[place % bytes.length] = (bytes[place % bytes.length] ?? 0) ^ mask;
      await expectCivil(await phone.post(bytes, isCompressed ? { 'content-encoding': 'gzip' } : {}));
    });
    await fc.assert(property, { seed, numRuns: 300 });
  });

  test('an export that ends at any of its bytes', { timeout: 240_000 }, async () => {
    for (let length = 0; length < everything.length; length++) {
      const { status, json } = await phone.post(everything.slice(0, length));
      expect({ length, status, code: json.code }).toEqual({ length, status: 400, code: 'json_malformed' });
    }
    expect(await countAllRows(service)).toEqual(rows);
  });

  test('a compressed export that ends at any of its bytes', async () => {
    const compressed = gzipSync(everything);
    for (let length = 0; length < compressed.length; length += 7) {
      expect((await phone.post(compressed.subarray(0, length), { 'content-encoding': 'gzip' })).status).toBe(400);
    }
    expect(await countAllRows(service)).toEqual(rows);
  });
});

describe('bodies of malice', () => {
  const unkeepable = [
    ['NUL', '\0'],
    ['a lone surrogate', 'a\ud800'],
    ['surrogates the wrong way round', '\udc00\ud800'],
    ['3,000 characters', 'x'.repeat(3000)],
  ] as const;
  test.each(unkeepable)('%s in the place of every value of an export', { timeout: 240_000 }, async (_name, text) => {
    for (const place of placesOf(exportOfEverything())) {
      await expectCivil(await phone.post(put(exportOfEverything(), place, text)));
    }
  });

  test('a member with a NUL in its name, beside every value of an export', { timeout: 240_000 }, async () => {
    for (const place of placesOf(exportOfEverything())) {
      await expectCivil(await phone.post(put(exportOfEverything(), place, { 'a\0': 1, 'b\ud800': 2 })));
    }
  });

  const sample = (member: string): string =>
    `{"data":{"metrics":[{"name":"step_count","units":"count","data":[{"date":"${secondOf(1)}","qty":1,${member}}]}]}}`;
  const bodies: readonly (readonly [string, string])[] = [
    ['10,000 arrays', `${'['.repeat(10_000)}${']'.repeat(10_000)}`],
    ['10,000 arrays that are never closed', '['.repeat(10_000)],
    ['10,000 arrays in metadata', sample(`"metadata":${'['.repeat(10_000)}${']'.repeat(10_000)}`)],
    ['1,000,000 closed ones', ']'.repeat(1_000_000)],
    ['100,000 keys', `{${Array.from({ length: 100_000 }, (_, n) => `"k${n}":1`).join(',')}}`],
    ['100,000 times the same key', `{${Array.from({ length: 100_000 }, () => '"data":{}').join(',')}}`],
    ['a number of 100,000 digits', sample(`"x":${'9'.repeat(100_000)}`)],
    ['a number with an exponent of 100,000 digits', sample(`"x":1e${'9'.repeat(100_000)}`)],
    ['a text of 1,000,000 escapes', sample(`"x":"${'\\u0000'.repeat(1_000_000)}"`)],
    ['a text that never ends', `{"data":"${'\\"'.repeat(1_000_000)}`],
    ['1,000,000 elements of nothing', `{"data":{"ecg":[${'0,'.repeat(1_000_000)}0]}}`],
    ['1,000,000 commas', `{"data":{"ecg":[${','.repeat(1_000_000)}]}}`],
    ['numbers that are none', sample('"x":01')],
    ['words that are none', sample('"x":undefined')],
    [
      'a name of a metric of 1,000,000 characters',
      `{"data":{"metrics":[{"name":"${'x'.repeat(1_000_000)}","data":[{}]}]}}`,
    ],
    ['a key of 1,000,000 characters', `{"data":{"${'x'.repeat(1_000_000)}":[1]}}`],
    ['a key that is cut within a character', `{"data":{"${'x'.repeat(199)}😀":[1]}}`],
    [
      'a name of a metric that is cut within a character',
      `{"data":{"metrics":[{"name":"${'x'.repeat(199)}😀","data":[{}]}]}}`,
    ],
  ];
  test.each(bodies)('%s', async (_name, body) => {
    const startedAtMs = performance.now();
    await expectCivil(await phone.post(body));
    expect(performance.now() - startedAtMs).toBeLessThan(5000);
  });

  test('numbers that are long when they are read', { timeout: 240_000 }, async () => {
    const numbers = `[${'1e308,'.repeat(145_000)}0]`;
    const times = `"start":"${secondOf(1)}","end":"${secondOf(2)}"`;
    const things = {
      symptoms: `{${times},"name":"Fatigue","x":${numbers}}`,
      workouts: `{${times},"name":"Walk","x":${numbers}}`,
      ecg: `{${times},"x":${numbers}}`,
    };
    for (const [array, thing] of Object.entries(things)) {
      const answer = await phone.post(`{"data":{"${array}":[${thing}]}}`);
      expect(answer.json).toMatchObject({ rejected: 1, rejections: [{ reason: 'text_too_long' }] });
      await expectCivil(answer);
    }
  });

  test('keys that are members of every object, on every level', async () => {
    const poison =
      '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1,"valueOf":null,"hasOwnProperty":"x",';
    const poisoned = everything.replaceAll('{', `{${poison}`);
    const { status, json } = await phone.post(poisoned);
    expect(status).toBe(200);
    expect(json.received).toBe(json.stored + json.updated + json.unchanged + json.rejected);
    expect(json.stored + json.updated + json.unchanged).toBeGreaterThan(8);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    rows = await countAllRows(service);
  });

  test('the service is alive and counts', async () => {
    const fresh = await service.newPhone();
    expect((await fresh.post(everything)).json).toMatchObject({ received: 15, stored: 15, rejected: 0 });
  });
});
