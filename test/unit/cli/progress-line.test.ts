import { expect, test } from 'vitest';
import { bytesOfText, bytesText } from '../../../src/cli/bytes-text';
import { countProgress, ProgressLine } from '../../../src/cli/progress-line';

/** A line whose time is told by the test, and what it wrote. */
function openLine(isTTY: boolean, isKept: boolean) {
  const written: string[] = [];
  let nowMs = 0;
  const output = { isTTY, write: (text: string) => written.push(text) };
  const line = new ProgressLine(output, isKept, () => nowMs);
  const show = (atMs: number, phase: string, done: number) => {
    nowMs = atMs;
    line.show(countProgress(phase, done, 100, 'bits'));
  };
  return { line, show, written };
}

const bar = (filled: number) => `[${'='.repeat(filled)}${' '.repeat(24 - filled)}]`;

test('where there is no terminal: the first and the last of each phase, and one now and then', () => {
  const { line, show, written } = openLine(false, true);
  show(0, 'storing', 0);
  show(1_000, 'storing', 50);
  show(5_000, 'storing', 75);
  show(5_100, 'storing', 100);
  show(5_200, 'writing', 100);
  line.end();
  line.end();
  expect(written).toEqual([
    `storing   ${bar(0)}    0 %  0 of 100 bits\n`,
    `storing   ${bar(18)}   75 %  75 of 100 bits  15 bits/s  2 s left\n`,
    `storing   ${bar(24)}  100 %  100 of 100 bits  20 bits/s\n`,
    `writing   ${bar(24)}  100 %  100 of 100 bits\n`,
  ]);
});

test('on a terminal: one line a phase, looked at anew five times a second, that stays with its last figures', () => {
  const { line, show, written } = openLine(true, true);
  show(0, 'storing', 0);
  show(199, 'storing', 50);
  show(200, 'storing', 60);
  show(201, 'storing', 100);
  show(202, 'writing', 100);
  line.end();
  expect(written.map((text) => (text === '\n' ? text : /(\d+) of 100 bits/.exec(text)?.[1]))).toEqual([
    '0',
    '60',
    '100',
    '\n',
    '100',
    '\n',
  ]);
});

test('one that is not kept is taken away, and is nothing where nobody watches', () => {
  const seen = openLine(true, false);
  seen.show(0, 'replaying', 1);
  seen.show(1, 'replaying', 100);
  seen.line.end();
  expect(seen.written.at(-1)).toBe('\r\x1b[K');
  expect(seen.written).toHaveLength(2);
  const unseen = openLine(false, false);
  unseen.show(0, 'replaying', 1);
  unseen.line.end();
  expect(unseen.written).toEqual([]);
});

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1_000, '1.0 kB'],
  [1_234, '1.2 kB'],
  [999_960, '1.0 MB'],
  [123_456_789, '123 MB'],
  [5e15, '5000 TB'],
])('%d bytes are %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
  expect(bytesOfText(bytes, bytes)).toBe(text.replace(/^\S+/, '$&/$&'));
});
