import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../../src/catalogue/json';
import { readDetails } from '../../../../src/ingest/normalise/elements/read-details';
import { readText } from '../../../../src/ingest/normalise/elements/read-text';
import { snakeCase } from '../../../../src/ingest/normalise/elements/snake-case';

function nested(depth: number): JsonValue {
  let value: JsonValue = 1;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

describe('readDetails', () => {
  it('gives the same text for any order of keys', () => {
    expect(readDetails({ b: [1, { d: null, c: 'x' }], a: true })).toEqual({
      json: '{"a":true,"b":[1,{"c":"x","d":null}]}',
    });
  });

  it('keeps a key __proto__ like any other', () => {
    expect(readDetails(JSON.parse('{"__proto__":{"a":1}}'))).toEqual({ json: '{"__proto__":{"a":1}}' });
  });

  it.each<[string, JsonValue, string]>([
    ['a NUL in a text', { a: ['x\0'] }, 'text_invalid'],
    ['a NUL in a key', { a: { 'x\0': 1 } }, 'text_invalid'],
    ['a lone surrogate', { a: '\ud83d' }, 'text_invalid'],
    ['a lone surrogate in a key', [{ '\ude00': 1 }], 'text_invalid'],
    ['an infinity', JSON.parse('{"a":[1e400]}'), 'value_not_a_number'],
    ['a text beyond the bound', { a: 'x'.repeat(1_048_577) }, 'text_too_long'],
    ['texts that are too long together', Array(1_100).fill('x'.repeat(1_000)), 'text_too_long'],
    ['texts that are too long when escaped', ['"'.repeat(600_000)], 'text_too_long'],
    ['numbers that are too many', Array(1_048_577).fill(1), 'text_too_long'],
    ['numbers that are printed with all their digits', Array(145_000).fill(1e308), 'text_too_long'],
    ['small numbers that are printed with all their zeros', Array(100_000).fill(5e-324), 'text_too_long'],
    ['numbers that are just too long so', [...Array(3_300).fill(-1e308), 'x'.repeat(20_000)], 'text_too_long'],
    ['a depth that would exhaust the stack', nested(100_000), 'unknown_shape'],
    ['of two faults, the one that is first by key', { b: '\0', a: { z: '\ud800', y: Infinity } }, 'value_not_a_number'],
  ])('refuses %s', (_title, value, reason) => {
    expect(readDetails(value)).toBe(reason);
  });

  it('takes numbers of any size, while all their digits are within the bound', () => {
    const numbers = [1e308, -1e21, 5e-324, 1e-7, 0, -0, 123.5, ...Array(3_000).fill(1e308)];
    expect(readDetails(numbers)).toEqual({ json: JSON.stringify(numbers) });
  });

  it('takes what is as deep as a body may be', () => {
    expect(readDetails(nested(256))).toEqual({ json: `${'['.repeat(256)}1${']'.repeat(256)}` });
  });
});

describe('readText', () => {
  it.each<[JsonValue | undefined, ReturnType<typeof readText>]>([
    ['Fatiga\u00a0', { text: 'Fatiga\u00a0' }],
    [5, { text: '5' }],
    [false, { text: 'false' }],
    ['', { text: null }],
    [' \u202f', { text: null }],
    [null, { text: null }],
    [undefined, { text: null }],
    [['a'], { text: null }],
    [{ a: 1 }, { text: null }],
    ['abcdefghijk', 'text_too_long'],
    ['a\0', 'text_invalid'],
    ['\udc00', 'text_invalid'],
    [Number.POSITIVE_INFINITY, 'value_not_a_number'],
  ])('reads %j', (value, reading) => {
    expect(readText(value, 10)).toEqual(reading);
  });
});

describe('snakeCase', () => {
  it.each([
    ['InBed', 'in_bed'],
    ['In Bed', 'in_bed'],
    ['inBed', 'in_bed'],
    ['in_bed', 'in_bed'],
    ['REM', 'rem'],
    ['AsleepREM', 'asleep_rem'],
    ['REMSleep', 'rem_sleep'],
    ['Im Bett', 'im_bett'],
    ['Läuft\u00a0aus', 'läuft_aus'],
    ['Au lit !', 'au_lit'],
    ['睡眠', '睡眠'],
    ['--', '--'],
  ])('%s is %s', (text, snake) => {
    expect(snakeCase(text)).toBe(snake);
  });
});
