import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseSource } from '../../../src/catalogue/normalise-source';

describe('normaliseSource', () => {
  it.each([
    [undefined, ''],
    [null, ''],
    ['', ''],
    [' \u00a0\u202f\t', ''],
    ["Ryan's Apple Watch", "Ryan's Apple Watch"],
    ['Ryan’s Apple\u00a0Watch', "Ryan's Apple Watch"],
    ['Ryan‘s\u202fApple  Watch ', "Ryan's Apple Watch"],
    ['Rene\u0301’s iPhone', "René's iPhone"],
    ['Oura', 'Oura'],
    ['⌚️ 手表', '⌚️ 手表'],
    ['iPhone|Watch', 'Watch|iPhone'],
    ['Watch|iPhone', 'Watch|iPhone'],
    [' Watch | iPhone||Watch', 'Watch|iPhone'],
    ['|', ''],
    [{ name: 'Ryan’s Apple Watch', identifier: 'com.apple.health.1' }, "Ryan's Apple Watch"],
    [{ name: '', identifier: 'com.apple.health.1' }, 'com.apple.health.1'],
    [{ identifier: 'com.apple.health.1' }, 'com.apple.health.1'],
    [{ name: null }, ''],
    [{}, ''],
  ])('%j is %j', (value, source) => {
    expect(normaliseSource(value)).toEqual({ text: source });
  });

  it.each([
    ['Watch\0'],
    ['\ud800'],
    ['Watch\udc00 of Ryan'],
    [{ name: 'Watch\0' }],
    [{ name: { name: 'Watch' } }],
    [{ name: 5 }],
    [5],
    [true],
    [['Watch']],
  ])('rejects %j', (value) => {
    expect(normaliseSource(value)).toBe('text_invalid');
  });

  it.each([['x'.repeat(1_001)], ['手'.repeat(334)], [`Watch${' '.repeat(1_000)}`], ['x'.repeat(5_000_000)]])(
    'rejects what is too long',
    (value) => {
      expect(normaliseSource(value)).toBe('text_too_long');
    },
  );

  it('keeps the longest list seen and everything up to 1,000 bytes', () => {
    expect(normaliseSource('手'.repeat(333))).toEqual({ text: '手'.repeat(333) });
    expect(normaliseSource('x'.repeat(1_000))).toEqual({ text: 'x'.repeat(1_000) });
  });

  it('forgets what it remembered without getting it wrong', () => {
    for (let round = 0; round < 2; round += 1) {
      for (let index = 0; index < 600; index += 1) {
        expect(normaliseSource(`Watch ’${index}`)).toEqual({ text: `Watch '${index}` });
      }
    }
  });

  const anyText = fc.string({ unit: fc.constantFrom(...'aé ’\u00a0\u202f|手\u0301\u1100\u1161\0\ud800', '⌚️', '👩‍⚕️') });

  it('yields what PostgreSQL can keep in a key, and is done after once', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.anything()), (value) => {
        const source = normaliseSource(value);
        if (typeof source === 'string') return;
        expect(source.text).not.toContain('\0');
        expect(Buffer.from(source.text).toString()).toBe(source.text);
        expect(Buffer.byteLength(source.text)).toBeLessThanOrEqual(1_000);
        expect(normaliseSource(source.text)).toEqual(source);
      }),
      { seed: 2, numRuns: 1_000 },
    );
  });
});
