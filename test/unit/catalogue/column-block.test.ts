import { brotliCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BlockCell, decodeColumnBlock, encodeColumnBlock } from '../../../src/catalogue/column-block';

function roundTrip(columns: Record<string, BlockCell[]>): Record<string, BlockCell[]> {
  const rows = Object.values(columns)[0]?.length ?? 0;
  const decoded = decodeColumnBlock(encodeColumnBlock({ rows, columns }));
  expect(decoded.rows).toBe(rows);
  return decoded.columns;
}

const anyNumber = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.integer().map((n) => n / 1_000),
  fc.constantFrom(-0, 2 ** 51, -(2 ** 51), 2 ** 51 + 1, Number.MAX_VALUE, Number.MIN_VALUE, 166.00000000000003),
);
const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', '\0', '\ud800', 'Körper', '__proto__'));
const anyColumn = fc.oneof(
  fc.array(anyNumber, { minLength: 20, maxLength: 20 }),
  fc.array(fc.oneof(anyNumber, fc.constant(null)), { minLength: 20, maxLength: 20 }),
  fc.array(fc.oneof(anyText, anyNumber, fc.constant(null)), { minLength: 20, maxLength: 20 }),
);

describe('column block', () => {
  it.each<[string, BlockCell[]]>([
    ['integers', [0, -1, 1, 127, 128, -129, 2 ** 40]],
    ['instants to the microsecond', [1_707_229_800_000.951, 1_707_229_800_002.902, 1_707_229_800_004.853]],
    ['doubles with noise', [166.00000000000003, 3.0000000168879826, 0.1 + 0.2]],
    ['a negative zero', [-0, 0, 5]],
    ['what is not finite', [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
    ['integers too large for differences', [2 ** 53, -(2 ** 53), 2 ** 60]],
    ['nothing but nulls', [null, null]],
    ['numbers with holes', [null, 1, null, 2.5, null]],
    ['texts', ['count/min', 'count/min', 'km', '']],
    ['texts that PostgreSQL would refuse', ['\0', '\ud83d', 'é']],
    ['all kinds', ['a', 1, null, -0, '1']],
    ['no rows', []],
  ])('gives back %s exactly', (_title, cells) => {
    const [decoded] = Object.values(roundTrip({ cells })) as [BlockCell[]];
    expect(decoded).toHaveLength(cells.length);
    for (const [row, cell] of cells.entries()) expect(Object.is(decoded[row], cell)).toBe(true);
  });

  it('gives back any columns, exactly', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), anyColumn, { maxKeys: 5, noNullPrototype: true }), (columns) => {
        const decoded = roundTrip(columns);
        expect(Object.keys(decoded).sort()).toEqual(Object.keys(columns).sort());
        for (const [name, cells] of Object.entries(columns)) {
          expect(decoded[name]?.every((cell, row) => Object.is(cell, cells[row]))).toBe(true);
        }
      }),
      { seed: 11, numRuns: 500 },
    );
  });

  it('gives the same bytes whatever the order of the columns', () => {
    const at = [1, 2, 3];
    const qty = [0.5, null, 7];
    const one = encodeColumnBlock({ rows: 3, columns: { at, qty } });
    expect(encodeColumnBlock({ rows: 3, columns: { qty, at } })).toEqual(one);
    expect(one[0]).toBe(1);
  });

  it('reads bytes of version 1 for ever', () => {
    const hex =
      '018733802c0000007b22726f7773223a332c22636f6c756d6e73223a5b2261745f6d73222c22717479222c22756e697473225d7d03020201' +
      '0080999bedaf63d00f02ff0000340000330000330000330000332040335252d340403f04090000005b2261222c2262225d00010003';
    expect(decodeColumnBlock(Buffer.from(hex, 'hex'))).toEqual({
      rows: 3,
      columns: {
        at_ms: [1_707_229_800_000, 1_707_229_801_000, null],
        qty: [72.5, 73, 0.1 + 0.2],
        units: ['a', 'b', 'a'],
      },
    });
  });

  it('is compact for a minute of voltages at 512.6 Hz', () => {
    const rows = 30_000;
    const at = Array.from({ length: rows }, (_, i) => Math.round((1.7e12 + (i * 1_000) / 512.6) * 1_000) / 1_000);
    const units = at.map(() => 'mcV');
    expect(encodeColumnBlock({ rows, columns: { at, units } }).length).toBeLessThan(rows / 5);
  });

  it('refuses columns of other lengths, and more cells than a block may have', () => {
    expect(() => encodeColumnBlock({ rows: 2, columns: { at: [1] } })).toThrow(RangeError);
    expect(() => encodeColumnBlock({ rows: 2 ** 25 + 1, columns: { at: [] } })).toThrow('too many cells');
  });

  it.each([
    ['an empty one', Buffer.alloc(0)],
    ['another version', Buffer.of(2, 1, 2, 3)],
    ['what is not brotli', Buffer.of(1, 255, 255, 255)],
    ['a text that is too short', Buffer.concat([Buffer.of(1), brotliCompressSync(Buffer.of(9, 0, 0, 0, 1))])],
  ])('refuses %s', (_title, bytes) => {
    expect(() => decodeColumnBlock(bytes)).toThrow();
  });

  it('refuses bytes that were cut off anywhere', () => {
    const whole = encodeColumnBlock({ rows: 3, columns: { at: [1, 2, null], name: ['a', null, 'b'] } });
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeColumnBlock(whole.subarray(0, length))).toThrow();
    }
  });

  it('does not inflate a bomb', () => {
    const cells = JSON.stringify({ rows: 2 ** 30, columns: ['a'] });
    const header = Buffer.alloc(4);
    header.writeUInt32LE(cells.length);
    const bomb = brotliCompressSync(Buffer.concat([header, Buffer.from(cells), Buffer.alloc(1_000)]));
    expect(() => decodeColumnBlock(Buffer.concat([Buffer.of(1), bomb]))).toThrow('too many cells');
  });
});
