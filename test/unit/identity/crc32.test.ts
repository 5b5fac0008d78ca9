import { expect, test } from 'vitest';
import { encodeBase62 } from '../../../src/identity/base62';
import { crc32 } from '../../../src/identity/crc32';

test.each([
  ['', 0],
  // The check value of CRC-32/ISO-HDLC: https://reveng.sourceforge.io/crc-catalogue/17plus.htm
  ['123456789', 0xcbf43926],
  ['The quick brown fox jumps over the lazy dog', 0x414fa339],
])('CRC-32 of %j', (text, expected) => {
  expect(crc32(text)).toBe(expected);
});

test.each([
  [0, '000000'],
  [61, '00000z'],
  [62, '000010'],
  [0xffffffff, '4gfFC3'],
])('%d in base 62', (number, expected) => {
  expect(encodeBase62(number, 6)).toBe(expected);
});
