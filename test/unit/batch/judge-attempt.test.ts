import { expect, test } from 'vitest';
import { exhausted, judgeAttempt, maxAttempts, pauseMs } from '../../../src/batch/work/judge-attempt';
import { Problem } from '../../../src/common/problem';

/** An error as node-postgres makes it of what the server says, with a value of a person in it. */
function databaseError(code: string): Error {
  return Object.assign(new Error('invalid value "61.5"'), { severity: 'ERROR', code, detail: 'Key (value)=(61.5)' });
}

const refused = new Problem(400, 'json_malformed', 'Not legal JSON: at byte 7 or soon after.');

test('what is refused is parked at once, with the code and the sentence of the refusal', () => {
  const { code, detail } = refused;
  expect(judgeAttempt(refused, 1)).toEqual({ kind: 'park', code, detail });
  expect(judgeAttempt(new Problem(409, 'too_many_metrics', 'x'), 1)).toMatchObject({ code: 'too_many_metrics' });
});

test.each([
  ['the server is restarted', databaseError('57P01')],
  ['there is no room', databaseError('53100')],
  ['nobody answers', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
  ['the answer to a commit was lost', new Problem(503, 'outcome_unknown', 'x', { retryAfterS: 5 })],
])('%s: never counted, never parked', (_name, error) => {
  expect(judgeAttempt(error, 1000)).toMatchObject({ kind: 'postpone', counted: false });
});

test.each([
  ['a statement that takes too long', databaseError('57014'), '57014'],
  ['a lock that is not had', databaseError('55P03'), '55P03'],
  ['races that are lost again and again', databaseError('40P01'), '40P01'],
  ['what the database refuses', databaseError('23514'), '23514'],
  ['a fault of ours', new TypeError('61.5 is not iterable'), 'TypeError'],
  ['a problem that is ours', new Problem(500, 'internal_error', 'x'), 'internal_error'],
])('%s is tried again eight times, then parked without a word of what was sent', (_name, error, name) => {
  for (let attempt = 1; attempt < maxAttempts; attempt++) {
    expect(judgeAttempt(error, attempt)).toMatchObject({ kind: 'postpone', counted: true });
  }
  const verdict = judgeAttempt(error, maxAttempts);
  expect(verdict).toEqual({
    kind: 'park',
    code: 'processing_failed',
    detail: `Given up after 8 attempts; the last one failed with ${name}. The bytes are kept.`,
  });
});

test('the pause is doubled, has its upper half for chance, and ends at ten minutes', () => {
  expect([1, 2, 3, 8].map((attempt) => pauseMs(attempt, 1))).toEqual([2000, 4000, 8000, 256_000]);
  expect([1, 2, 3, 8].map((attempt) => pauseMs(attempt, 0))).toEqual([1000, 2000, 4000, 128_000]);
  expect(pauseMs(30, 1)).toBe(600_000);
});

test('work that never came to an end is parked with a code of its own', () => {
  expect(exhausted(8)).toMatchObject({ kind: 'park', code: 'processing_interrupted' });
});
