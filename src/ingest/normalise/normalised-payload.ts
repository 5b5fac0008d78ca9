import type { InferredRows } from '../../batch/adopt-granularity';
import { ColumnBatch } from '../../batch/column-batch';
import { type Family, SampleFlag } from '../../catalogue/family';
import { BlockGranularity } from '../../catalogue/granularity';
import type { Instant } from '../../catalogue/parse-instant';

/** What is known of a payload before its first element is read; the same for every element. */
export interface PayloadContext {
  /** When the request arrived, in ms since 1970: what "too far ahead" is measured from. */
  readonly receivedAtMs: number;
  /** How far ahead of `receivedAtMs` a sample may lie, in ms. */
  readonly futureToleranceMs: number;
  /** The user's IANA zone: what a date without an offset is read in. */
  readonly timeZone: string;
  /** What the `automation-aggregation` header names, a code of `Granularity`; null when it names nothing. */
  readonly namedGranularity: number | null;
}

/**
 * A block with fewer samples than this says little of what they cover: one at 14:00 may be of an hour or of a minute,
 * and so may be two.
 */
const firmBlockSamples = 3;

/** What all samples of one metric in one family together say of each of them. */
export interface SurveyedGranularity {
  readonly granularity: number;
  /** Whether there were enough of them to be sure. */
  readonly isFirm: boolean;
}

/** By family, then by metric: samples of one metric in two shapes can go to two families. */
export type GranularitySurvey = ReadonlyMap<Family, ReadonlyMap<number, SurveyedGranularity>>;

/** Samples of one metric in one family whose granularity only shows when all of them are known. */
interface OpenGranularity {
  /** Those that are still in the batch. */
  rows: number[];
  count: number;
  readonly block: BlockGranularity;
}

function conclude({ count, block }: OpenGranularity): SurveyedGranularity {
  return { granularity: block.result(), isFirm: count >= firmBlockSamples };
}

/** The column batches of one payload, one per family, made when first asked for. */
export class NormalisedPayload {
  private batches = new Map<Family, ColumnBatch>();
  private readonly open = new Map<Family, Map<number, OpenGranularity>>();
  private inferredRows = new Map<ColumnBatch, { rows: number[]; isFirm: boolean[] }>();

  /** With a survey of the same payload its rows can be taken in parts; without one they are settled as a whole. */
  constructor(
    readonly context: PayloadContext,
    private readonly survey: GranularitySurvey | null = null,
  ) {}

  /** The batch of a family. */
  batch(family: Family): ColumnBatch {
    let batch = this.batches.get(family);
    if (batch === undefined) {
      batch = new ColumnBatch(family);
      this.batches.set(family, batch);
    }
    return batch;
  }

  /**
   * Says that the row just added to `batch` is a sample of the metric. Where its granularity was not told by itself
   * (NaN), it is that of the survey, or is found by {@link settle} from all such samples of the metric in this family.
   */
  addSample(batch: ColumnBatch, metricId: number, row: number, recordedAt: Instant): void {
    if (!Number.isNaN(batch.numbers('granularity').values[row])) return;
    if (this.survey !== null) {
      const surveyed = this.survey.get(batch.family)?.get(metricId);
      if (surveyed === undefined) throw new Error('a sample was not there when the payload was surveyed');
      this.infer(batch, row, surveyed);
      return;
    }
    const openOfFamily = this.open.get(batch.family) ?? new Map<number, OpenGranularity>();
    this.open.set(batch.family, openOfFamily);
    const open = openOfFamily.get(metricId) ?? { rows: [], count: 0, block: new BlockGranularity() };
    openOfFamily.set(metricId, open);
    open.rows.push(row);
    open.count++;
    open.block.add(recordedAt);
  }

  /** Fills in the granularities that depend on a metric's samples as a whole; to be called when all have been read. */
  settle(): void {
    for (const [family, openOfFamily] of this.open) {
      for (const open of openOfFamily.values()) {
        const conclusion = conclude(open);
        for (const row of open.rows) this.infer(this.batch(family), row, conclusion);
      }
    }
    this.open.clear();
  }

  /** Lets go of the rows read so far and keeps what they say of granularities: a payload that is only surveyed. */
  forgetRows(): void {
    this.batches.clear();
    for (const openOfFamily of this.open.values()) for (const open of openOfFamily.values()) open.rows = [];
  }

  /** What the samples read so far say of granularities. */
  surveyed(): GranularitySurvey {
    return new Map(
      [...this.open].map(([family, openOfFamily]) => [
        family,
        new Map([...openOfFamily].map(([metricId, open]) => [metricId, conclude(open)])),
      ]),
    );
  }

  /** The rows read so far as a payload of their own, to be written; what is read next begins anew. */
  takePart(): NormalisedPayload {
    const part = new NormalisedPayload(this.context, this.survey);
    part.batches = this.batches;
    part.inferredRows = this.inferredRows;
    this.batches = new Map();
    this.inferredRows = new Map();
    return part;
  }

  /** The rows of a batch whose granularity was inferred and could be another in other company; null when none. */
  inferred(batch: ColumnBatch): InferredRows | null {
    return this.inferredRows.get(batch) ?? null;
  }

  /** The batch of a family; undefined when it has no rows. */
  find(family: Family): ColumnBatch | undefined {
    const batch = this.batches.get(family);
    return batch !== undefined && batch.length > 0 ? batch : undefined;
  }

  /** Rows of all families. */
  get rows(): number {
    let rows = 0;
    for (const batch of this.batches.values()) rows += batch.length;
    return rows;
  }

  private infer(batch: ColumnBatch, row: number, { granularity, isFirm }: SurveyedGranularity): void {
    batch.numbers('granularity').values[row] = granularity;
    // Between full minutes nothing can be but raw, whatever its company.
    if ((batch.numbers('recorded_at').values[row] as number) % 60_000 !== 0) return;
    const inferred = this.inferredRows.get(batch) ?? { rows: [], isFirm: [] };
    inferred.rows.push(row);
    inferred.isFirm.push(isFirm);
    const flags = batch.numbers('flags').values;
    flags[row] = (flags[row] as number) | SampleFlag.inferred;
    this.inferredRows.set(batch, inferred);
  }
}
