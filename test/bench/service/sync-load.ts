import type { BenchContext } from '../bench-context';
import { generateSamples, meanGapMs, seededRandom, toBody } from '../generate-samples';
import type { LoadPlan, Pace } from '../load/load-plan';
import { type BodyFile, indexes, plainBody, writeBodies } from '../load/write-bodies';
import type { BenchUser } from './bench-users';

/** Samples of one body, as a phone sends them every few hours. */
const samplesPerBody = 60;

/** Bodies of a user, one after another in time; with more requests than this it begins again, with re-sends. */
const bodyCount = 1024;

/** A request without an answer for this long is counted as unanswered. */
const answerTimeoutMs = 30_000;

/** The small bodies that phones send all day, for one benchmark, and the plans that send them. */
export class SyncLoad {
  /** The request of each user's sequence that comes next: what was sent before would be no news. */
  private nextRequest = 0;

  private constructor(
    private readonly file: BodyFile,
    private readonly users: readonly BenchUser[],
  ) {}

  /** Makes the bodies: each begins where the one before it ended, and the last one ends before now. */
  static create(context: BenchContext, users: readonly BenchUser[], seed: number): SyncLoad {
    const random = seededRandom(seed);
    const startMs = Date.now() - bodyCount * samplesPerBody * meanGapMs * 1.1;
    const samples = generateSamples(random, startMs, bodyCount * samplesPerBody);
    const bodies = indexes(0, bodyCount).map((n) =>
      plainBody(toBody(samples.slice(n * samplesPerBody, (n + 1) * samplesPerBody))),
    );
    return new SyncLoad(writeBodies(context, bodies), users);
  }

  /** A plan with a kept connection for each user, going on where the last one that was noted ended. */
  plan(port: number, pace: Pace): LoadPlan {
    const bodies = indexes(0, bodyCount);
    return {
      port,
      ...this.file,
      contentEncoding: 'identity',
      clients: this.users.map(({ key }) => ({ keys: [key], requestsPerKey: bodyCount, bodies })),
      firstRequest: this.nextRequest,
      pace,
      answerTimeoutMs,
    };
  }

  /** Notes how far a load came. */
  sentUntil(nextRequest: number): void {
    this.nextRequest = Math.max(this.nextRequest, nextRequest);
  }
}
