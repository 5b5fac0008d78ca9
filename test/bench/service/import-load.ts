import type { ColumnBatch } from '../../../src/batch/column-batch';
import type { BenchContext } from '../bench-context';
import { generateBatch, seededRandom, toBatch, toBody } from '../generate-samples';
import type { LoadPlan, Pace } from '../load/load-plan';
import { type BodyFile, indexes, plainBody, writeBodies } from '../load/write-bodies';
import type { BenchUser } from './bench-users';

const answerTimeoutMs = 60_000;

/** Large bodies of 10,000 samples, each for a user of its own, for one benchmark, and the plans that send them. */
export class ImportLoad {
  private constructor(
    private readonly file: BodyFile,
    /** What is in the bodies, as columns. */
    readonly batches: readonly ColumnBatch[],
  ) {}

  /** Makes the bodies; one in ten lies across a month's end. */
  static create(context: BenchContext, seed: number, bodies: number, samplesPerBody: number): ImportLoad {
    const random = seededRandom(seed);
    const samples = indexes(0, bodies).map((n) => generateBatch(random, n, samplesPerBody));
    const file = writeBodies(
      context,
      samples.map((one) => plainBody(toBody(one))),
    );
    return new ImportLoad(file, samples.map(toBatch));
  }

  /** A plan in which the clients share the bodies out among them, and send each for the next of the users. */
  plan(port: number, users: readonly BenchUser[], clients: number, pace: Pace): LoadPlan {
    const share = <Item>(items: readonly Item[], client: number): Item[] =>
      items.filter((_, i) => i % clients === client);
    return {
      port,
      ...this.file,
      contentEncoding: 'identity',
      clients: indexes(0, clients).map((client) => ({
        keys: share(users, client).map(({ key }) => key),
        requestsPerKey: 1,
        bodies: share(indexes(0, this.batches.length), client),
      })),
      firstRequest: 0,
      pace,
      answerTimeoutMs,
    };
  }
}
