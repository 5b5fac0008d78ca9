import fc from 'fast-check';
import { expect, test } from 'vitest';
import { builtInCatalogue } from '../../../src/catalogue/catalogue';
import { families } from '../../../src/catalogue/families';
import type { JsonObject } from '../../../src/catalogue/json';
import { AccountUnderWay } from '../../../src/ingest/account';
import { ExportNormaliser } from '../../../src/ingest/normalise/export-normaliser';
import type { UserMetric } from '../../../src/ingest/normalise/metric-block';
import { NormalisedPayload } from '../../../src/ingest/normalise/normalised-payload';
import { secondOf } from '../../support/health-export';

/** The largest row of an index that PostgreSQL takes, less what it needs for itself and for columns of fixed size. */
const maxKeyBytes = 2_704 - 104;

/** What grows most in some step of the way: in lower case, composed, decomposed, cut into words, in UTF-8. */
const growing = [
  '\u0130',
  '\u023a',
  'aB',
  '1\u1e9e',
  '\ufb2c',
  '\u0958',
  '\u{1d160}',
  '\u0390',
  '\u{2f800}',
  '|\u754c',
  '\u1e9e',
];
const unit = fc.oneof(
  fc.constantFrom(...growing),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
);
/** A text of about the longest that is taken, made of a few of them over and over, or of all kinds. */
const text = fc
  .tuple(fc.array(unit, { minLength: 1, maxLength: 5 }), fc.constantFrom(90, 100, 200, 333, 499, 500, 1_000))
  .map(([units, length]) => {
    const pattern = units.join('');
    return pattern.repeat(Math.ceil(length / pattern.length)).slice(0, length);
  });

/** The texts of each key that an export leads to: those of rows, and those of the user's own metrics. */
async function keysOf(head: JsonObject, samples: readonly JsonObject[]): Promise<string[][]> {
  const context = { receivedAtMs: Date.UTC(2026, 0), futureToleranceMs: 0, timeZone: 'UTC', namedGranularity: null };
  const payload = new NormalisedPayload(context);
  const keys: string[][] = [];
  const makeMetrics = (metrics: readonly UserMetric[]): Promise<number[]> => {
    keys.push(...metrics.map(({ name, unit: sentUnit }) => [name, sentUnit]));
    return Promise.resolve(metrics.map((_, n) => -1 - n));
  };
  const normaliser = new ExportNormaliser(builtInCatalogue, payload, new AccountUnderWay(), makeMetrics);
  await normaliser.begin([head]);
  normaliser.samples(head, samples, '/data/metrics/0/data', 0);
  for (const batch of families.flatMap((family) => payload.find(family) ?? [])) {
    for (let row = 0; row < batch.length; row++) {
      const columns = batch.family.key.map((name) => batch.column(name));
      keys.push(columns.flatMap((column) => (column.kind === 'object' ? [String(column.values[row])] : [])));
    }
  }
  return keys;
}

test('no text that is part of a key can be too long for it', async () => {
  let keptBytes = 0;
  const property = fc.asyncProperty(text, text, text, text, async (name, units, source, word) => {
    const samples = [
      { date: secondOf(1), qty: 1, source, value: word },
      { date: secondOf(2), qty: 1, source, mealTime: word },
      { date: secondOf(3), qty: 1, source: 'Watch', reason: word },
      { startDate: secondOf(1), endDate: secondOf(2), value: word, source },
      { startDate: secondOf(1), endDate: secondOf(2), value: word, source: 'Watch' },
    ];
    for (const head of [
      { name, units },
      { name: 'insulin_delivery', units: 'IU' },
    ]) {
      for (const key of await keysOf(head, samples)) {
        const bytes = key.reduce((sum, each) => sum + Buffer.byteLength(each), 0);
        expect(bytes).toBeLessThanOrEqual(maxKeyBytes);
        keptBytes = Math.max(keptBytes, bytes);
      }
    }
  });
  await fc.assert(property, { seed: 31, numRuns: 2_000 });
  // Else the property would hold because nothing of any length was kept.
  expect(keptBytes).toBeGreaterThan(1_500);
});
