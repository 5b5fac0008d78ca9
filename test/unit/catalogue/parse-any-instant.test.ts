import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInstant } from '../../../src/catalogue/parse-instant';

const pad = (value: number, digits: number) => String(value).padStart(digits, '0');

/** The instant of date parts by the language's own calendar; null where it would roll over into other parts. */
function instantByDate(
  parts: readonly [number, number, number, number, number, number],
  offset: number,
): number | null {
  const [year, month, day, hour, minute, second] = parts;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  const rolled =
    date.getUTCFullYear() !== year ||
    date.getUTCMonth() !== month - 1 ||
    date.getUTCDate() !== day ||
    date.getUTCHours() !== hour ||
    date.getUTCMinutes() !== minute ||
    date.getUTCSeconds() !== second;
  const atMs = date.getTime() - offset * 60_000;
  const utcYear = new Date(atMs).getUTCFullYear();
  return rolled || year < 1 || utcYear < 1 || utcYear > 9_999 ? null : atMs;
}

const offsetText = (offset: number, colon = '') =>
  `${offset < 0 ? '-' : '+'}${pad(Math.trunc(Math.abs(offset) / 60), 2)}${colon}${pad(Math.abs(offset) % 60, 2)}`;

describe('parseInstant, against the calendar of the language', () => {
  const anyParts = fc.tuple(
    fc.oneof(fc.integer({ min: 0, max: 9_999 }), fc.integer({ min: 1990, max: 2040 })),
    fc.integer({ min: 0, max: 13 }),
    fc.oneof(fc.integer({ min: 0, max: 32 }), fc.integer({ min: 28, max: 31 })),
    fc.integer({ min: 0, max: 25 }),
    fc.integer({ min: 0, max: 61 }),
    fc.integer({ min: 0, max: 61 }),
  );
  const anyOffset = fc.integer({ min: -959, max: 959 });

  it('agrees with the calendar of the language on every date, in every form', () => {
    fc.assert(
      fc.property(anyParts, anyOffset, fc.integer({ min: 0, max: 999 }), (parts, offset, ms) => {
        const [year, month, day, hour, minute, second] = parts;
        const date = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
        const time = `${pad(hour, 2)}:${pad(minute, 2)}:${pad(second, 2)}`;
        const atMs = instantByDate(parts, offset);
        const wallMs = instantByDate(parts, 0);
        expect(parseInstant(`${date} ${time} ${offsetText(offset)}`)?.atMs ?? null).toBe(atMs);
        expect(parseInstant(`${date}T${time}${offsetText(offset, ':')}`)?.atMs ?? null).toBe(atMs);
        expect(parseInstant(`${date} ${time}.${pad(ms, 3)} ${offsetText(offset)}`)?.atMs ?? null).toBe(
          atMs === null ? null : atMs + ms,
        );
        expect(parseInstant(`${date}T${time}Z`)?.atMs ?? null).toBe(wallMs);
        expect(parseInstant(`${date} ${time}`)?.atMs ?? null).toBe(wallMs);
        if (hour < 24) {
          const half = `${hour % 12 || 12}:${pad(minute, 2)}:${pad(second, 2)}\u202f${hour < 12 ? 'AM' : 'PM'}`;
          expect(parseInstant(`${date} ${half} ${offsetText(offset)}`)?.atMs ?? null).toBe(atMs);
        }
      }),
      { seed: 2, numRuns: 5_000 },
    );
  });

  it('reads back what the language writes', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true }),
        (date) => {
          const text = date.toISOString();
          expect(parseInstant(text)?.atMs).toBe(Date.parse(text));
        },
      ),
      { seed: 2, numRuns: 2_000 },
    );
  });

  it('never throws, and never reads what is not there', () => {
    const almostADate = fc
      .tuple(fc.nat({ max: 24 }), fc.string({ unit: 'binary', minLength: 1, maxLength: 2 }))
      .map(
        ([at, junk]) =>
          `${'2024-02-06 14:30:00 -0800'.slice(0, at)}${junk}${'2024-02-06 14:30:00 -0800'.slice(at + 1)}`,
      );
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), almostADate, fc.anything(), fc.double()), (value) => {
        const instant = parseInstant(value);
        if (instant === null) return;
        expect(Number.isInteger(instant.atMs)).toBe(true);
        expect(Math.abs(instant.offsetMinutes)).toBeLessThan(16 * 60);
        expect(new Date(instant.atMs).toISOString()).toMatch(/^\d{4}-/);
        if (typeof value === 'string') expect(value).toMatch(/\d{4}-\d{2}-\d{2}|^\d{9,13}/);
      }),
      { seed: 2, numRuns: 4_000 },
    );
  });
});
