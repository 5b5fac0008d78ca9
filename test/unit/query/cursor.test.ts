import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Problem } from '../../../src/common/problem';
import { bindingOf, decodeCursor, encodeCursor } from '../../../src/query/paging/cursor';

const types = ['instant', 'text', 'int2', 'uuid'] as const;
const key = ['1767225600000001', "Simon's Apple Watch|iPhone", 2, '0190a5b2-0000-7000-8000-000000000000'];
const binding = bindingOf(['user', 'table']);

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof Problem ? error.code : String(error);
  }
}

const forge = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a cursor', () => {
  test('comes back as it was made', () => {
    const cursor = encodeCursor(binding, key);
    expect(cursor).toMatch(/^[\w-]+$/);
    expect(decodeCursor(cursor, binding, types)).toEqual(key);
  });

  test('belongs to one question', () => {
    const cursor = encodeCursor(binding, key);
    expect(codeOf(() => decodeCursor(cursor, bindingOf(['user', 'other']), types))).toBe('cursor_invalid');
  });

  test('tells nothing of the question', () => {
    const text = Buffer.from(encodeCursor(bindingOf(['a-user-id', 'quantity_metrics']), key), 'base64url').toString();
    expect(text).not.toMatch(/a-user-id|quantity/);
  });

  test.each([
    ['another version', [2, binding, ...key]],
    ['a key that is too short', [1, binding, ...key.slice(1)]],
    ['a key that is too long', [1, binding, ...key, 1]],
    ['an instant before the calendar', [1, binding, '-99999999999999999', ...key.slice(1)]],
    ['an instant that is SQL', [1, binding, "0'; SELECT 1", ...key.slice(1)]],
    ['an instant as a number', [1, binding, 1, ...key.slice(1)]],
    ['a NUL', [1, binding, key[0], 'a\0b', ...key.slice(2)]],
    ['too large a granularity', [1, binding, key[0], key[1], 40_000, key[3]]],
    ['what is no UUID', [1, binding, ...key.slice(0, 3), 'x']],
    ['an object', { version: 1 }],
    ['nothing', null],
  ])('that holds %s is refused', (_what, content) => {
    expect(codeOf(() => decodeCursor(forge(content), binding, types))).toBe('cursor_invalid');
  });

  test('that is made up is a problem and nothing else', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json().map((json) => Buffer.from(json).toString('base64url')),
        ),
        (text) => {
          expect(codeOf(() => decodeCursor(text, binding, types))).toBe('cursor_invalid');
        },
      ),
      { seed: 2, numRuns: 300 },
    );
  });
});
