import fc from 'fast-check';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BatchColumn } from '../../../src/batch/column-batch';
import { encodeArray } from '../../../src/batch/encode-array';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';

let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  database = await createTestDatabase({ empty: true });
  client = new Client({ connectionString: database.url, options: '-c timezone=UTC' });
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

/** A value as a column holds it, and the same in PostgreSQL's own text form, made without the encoder. */
interface Sample {
  readonly cell: number | string | Buffer;
  readonly text: string;
}

const dayMs = 86_400_000;

/** ISO text of a count of µs since 1970, exact where a Date is not. */
function microsecondText(microseconds: bigint): string {
  const seconds = microseconds / 1_000_000n - (microseconds % 1_000_000n < 0n ? 1n : 0n);
  const fraction = String(microseconds - seconds * 1_000_000n).padStart(6, '0');
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
}

const number = (values: fc.Arbitrary<number>): fc.Arbitrary<Sample> =>
  values.map((cell) => ({ cell, text: String(cell) }));
/** PostgreSQL has no NUL and no half of a surrogate pair; both are kept out before a batch is made. */
const unicode = fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => !text.includes('\0'));

const arbitraries: Readonly<Record<BatchColumn['type'], fc.Arbitrary<Sample>>> = {
  bool: fc.boolean().map((value) => ({ cell: value ? 1 : 0, text: String(value) })),
  bytea: fc
    .uint8Array({ maxLength: 60 })
    .map((bytes) => ({ cell: Buffer.from(bytes), text: `\\x${Buffer.from(bytes).toString('hex')}` })),
  date: fc
    .integer({ min: Date.UTC(2, 0, 1) / dayMs - 1900 * 366, max: Date.UTC(9999, 11, 31) / dayMs })
    .filter((days) => days * dayMs >= Date.parse('0001-01-01T00:00:00Z'))
    .map((cell) => ({ cell, text: new Date(cell * dayMs).toISOString().slice(0, 10) })),
  float8: number(fc.double({ noNaN: true, noDefaultInfinity: true })),
  int2: number(fc.integer({ min: -32_768, max: 32_767 })),
  int4: number(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  jsonb: fc
    .jsonValue({ stringUnit: 'grapheme-ascii' })
    .map((value) => ({ cell: JSON.stringify(value), text: JSON.stringify(value) })),
  text: unicode.map((cell) => ({ cell, text: cell })),
  timestamptz: fc.oneof(
    // Whole ms of any year that a date can have.
    fc
      .integer({ min: Date.parse('0001-01-01T00:00:00Z'), max: Date.parse('9999-12-31T23:59:59.999Z') })
      .map((cell) => ({ cell, text: new Date(cell).toISOString() })),
    // Fractions of ms, from 1900 to 2100.
    fc.bigInt({ min: -2_208_988_800_000_000n, max: 4_102_444_800_000_000n }).map((microseconds) => ({
      cell: Number(microseconds) / 1000,
      text: microsecondText(microseconds),
    })),
  ),
  uuid: fc.uuid().map((cell) => ({ cell, text: cell })),
};

const types = Object.keys(arbitraries) as BatchColumn['type'][];

function columnOf(type: BatchColumn['type'], samples: readonly (Sample | null)[]): BatchColumn {
  if (['bool', 'date', 'float8', 'int2', 'int4', 'timestamptz'].includes(type)) {
    // Longer than the batch, as a column that has grown is.
    const values = new Float64Array(samples.length + 3).fill(42);
    for (const [row, sample] of samples.entries()) values[row] = sample === null ? Number.NaN : Number(sample.cell);
    return { kind: 'number', type, values };
  }
  return { kind: 'object', type, values: samples.map((sample) => (sample?.cell ?? null) as string | Buffer | null) };
}

/** Rows of which PostgreSQL reads another value in the binary array than in the text form, in the order given. */
async function differing(
  type: BatchColumn['type'],
  samples: readonly (Sample | null)[],
  rows = Uint32Array.from(samples, (_, row) => row),
): Promise<unknown> {
  const texts = [...rows].map((row) => samples[row]?.text ?? null);
  const result = await client.query(
    `SELECT count(*)::int AS read,
            count(*) FILTER (WHERE a IS DISTINCT FROM b::${type})::int AS different
       FROM unnest($1::${type}[], $2::text[]) AS u(a, b)`,
    [encodeArray([{ column: columnOf(type, samples), rows }]), texts],
  );
  return result.rows[0];
}

describe.each(types)('an array of %s', (type) => {
  const sample = fc.option(arbitraries[type], { nil: null, freq: 5 });

  test('arrives as it was, with its NULLs', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(sample, { maxLength: 30 }), async (samples) => {
        expect(await differing(type, samples)).toEqual({ read: samples.length, different: 0 });
      }),
      { seed: 11, numRuns: 60 },
    );
  });

  test('holds the rows asked for, in the order asked for', async () => {
    const samples = fc.sample(sample, { seed: 13, numRuns: 50 });
    const rows = Uint32Array.of(49, 0, 7, 7, 31, 2);
    expect(await differing(type, samples, rows)).toEqual({ read: 6, different: 0 });
  });

  test('has any length: none, one, 10,000', async () => {
    const samples = fc.sample(sample, { seed: 17, numRuns: 10_000 });
    expect(await differing(type, [])).toEqual({ read: 0, different: 0 });
    expect(await differing(type, samples.slice(0, 1))).toEqual({ read: 1, different: 0 });
    expect(await differing(type, [null])).toEqual({ read: 1, different: 0 });
    expect(await differing(type, samples)).toEqual({ read: 10_000, different: 0 });
  });
});

test('the comparison above sees a value that is not the same', async () => {
  const samples: Sample[] = [
    { cell: 1, text: '1' },
    { cell: 2, text: '3' },
  ];
  expect(await differing('int4', samples)).toEqual({ read: 2, different: 1 });
});
