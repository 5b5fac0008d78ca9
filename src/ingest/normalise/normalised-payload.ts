import type { InferredRows } from '../../batch/adopt-granularity';
import { ColumnBatch } from '../../batch/column-batch';
import { type Family, SampleFlag } from '../../catalogue/family';
import { BlockGranularity, Granularity } from '../../catalogue/granularity';
import type { PayloadContext } from './payload-context';
import type { SampleTime } from './read-sample-time';
import { SampleColumns } from './sample-columns';

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
  /** Those that are still in the batch and at a full minute. */
  rows: number[];
  count: number;
  readonly block: BlockGranularity;
}

/** Exact, and a sixth of the time of `%`, which calls into C for what is no small integer. */
function isFullMinute(atMs: number): boolean {
  return Math.floor(atMs / 60_000) * 60_000 === atMs;
}

function conclude({ count, block }: OpenGranularity): SurveyedGranularity {
  return { granularity: block.result(), isFirm: count >= firmBlockSamples };
}

interface InferredUnderWay {
  readonly rows: number[];
  readonly isFirm: boolean[];
}

/** The inferred rows among those that are kept of `length`, by their new places. */
function pickInferred({ rows, isFirm }: InferredUnderWay, kept: Uint32Array, length: number): InferredUnderWay {
  const placeOf = new Int32Array(length).fill(-1);
  for (let i = 0; i < kept.length; i++) placeOf[kept[i] as number] = i;
  const picked: InferredUnderWay = { rows: [], isFirm: [] };
  for (const [i, row] of rows.entries()) {
    const place = placeOf[row] as number;
    if (place < 0) continue;
    picked.rows.push(place);
    picked.isFirm.push(isFirm[i] as boolean);
  }
  return picked;
}

/** The column batches of one payload, one per family, made when first asked for. */
export class NormalisedPayload {
  private batches = new Map<Family, ColumnBatch>();
  private readonly open = new Map<Family, Map<number, OpenGranularity>>();
  private inferredRows = new Map<ColumnBatch, InferredUnderWay>();
  private last: { family: Family; metricId: number; open: OpenGranularity } | null = null;
  private readonly columnsOf = new Map<Family, SampleColumns>();

  /**
   * With a survey of the same payload its rows can be taken in parts; without one they are settled as a whole.
   * `expectedSamples` are heart rates or quantities for which room is made at once.
   */
  constructor(
    readonly context: PayloadContext,
    private readonly survey: GranularitySurvey | null = null,
    private readonly expectedSamples?: number,
  ) {}

  /** The batch of a family; one that is new has room for so many rows before it grows. */
  batch(family: Family, expectedRows?: number): ColumnBatch {
    let batch = this.batches.get(family);
    if (batch === undefined) {
      batch = new ColumnBatch(family, expectedRows);
      this.batches.set(family, batch);
    }
    return batch;
  }

  /** The batch of heart rates or quantities with its columns. */
  sampleColumns(family: Family): SampleColumns {
    let columns = this.columnsOf.get(family);
    if (columns === undefined) {
      columns = new SampleColumns(this.batch(family, this.expectedSamples));
      this.columnsOf.set(family, columns);
    }
    return columns;
  }

  /**
   * Says that the row just added to `batch` is a sample of the metric. Where its granularity was not told by itself
   * (NaN), it is that of the survey, or is found by {@link settle} from all such samples of the metric in this family.
   */
  addSample(batch: ColumnBatch, metricId: number, row: number, { recordedAt, granularity }: SampleTime): void {
    if (!Number.isNaN(granularity)) return;
    const isOpen = isFullMinute(recordedAt.atMs);
    // Between full minutes nothing can be but raw, whatever its company.
    if (!isOpen) batch.numbers('granularity').values[row] = Granularity.raw;
    if (this.survey !== null) {
      const surveyed = this.survey.get(batch.family)?.get(metricId);
      if (surveyed === undefined) throw new Error('a sample was not there when the payload was surveyed');
      if (isOpen) this.infer(batch, [row], surveyed);
      return;
    }
    const open = this.openGranularity(batch.family, metricId);
    if (isOpen) open.rows.push(row);
    open.count++;
    open.block.add(recordedAt);
  }

  /** Fills in the granularities that depend on a metric's samples as a whole; to be called when all have been read. */
  settle(): void {
    for (const [family, openOfFamily] of this.open) {
      for (const open of openOfFamily.values()) {
        this.infer(this.batch(family), open.rows, conclude(open));
      }
    }
    this.open.clear();
    this.last = null;
  }

  /** Lets go of the rows read so far and keeps what they say of granularities: a payload that is only surveyed. */
  forgetRows(): void {
    this.batches.clear();
    this.columnsOf.clear();
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
    this.columnsOf.clear();
    this.inferredRows = new Map();
    return part;
  }

  /**
   * The payload with some rows only: those that `pick` names of each batch, all for null. What was inferred of them stays
   * as all of them say.
   */
  picked(pick: (batch: ColumnBatch) => Uint32Array | null): NormalisedPayload {
    const part = new NormalisedPayload(this.context, this.survey);
    for (const [family, batch] of this.batches) {
      const rows = pick(batch);
      const chosen = rows === null ? batch : batch.select(rows);
      const inferred = this.inferredRows.get(batch);
      part.batches.set(family, chosen);
      if (inferred === undefined) continue;
      const kept = rows === null ? inferred : pickInferred(inferred, rows, batch.length);
      if (kept.rows.length > 0) part.inferredRows.set(chosen, kept);
    }
    return part;
  }

  /** All batches, in no order. */
  all(): readonly ColumnBatch[] {
    return [...this.batches.values()];
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

  private openGranularity(family: Family, metricId: number): OpenGranularity {
    // Samples of one metric come in a row.
    if (this.last !== null && this.last.family === family && this.last.metricId === metricId) return this.last.open;
    const openOfFamily = this.open.get(family) ?? new Map<number, OpenGranularity>();
    this.open.set(family, openOfFamily);
    const open = openOfFamily.get(metricId) ?? { rows: [], count: 0, block: new BlockGranularity() };
    openOfFamily.set(metricId, open);
    this.last = { family, metricId, open };
    return open;
  }

  private infer(batch: ColumnBatch, rows: readonly number[], { granularity, isFirm }: SurveyedGranularity): void {
    const granularities = batch.numbers('granularity').values;
    const flags = batch.numbers('flags').values;
    const inferred = this.inferredRows.get(batch) ?? { rows: [], isFirm: [] };
    for (const row of rows) {
      granularities[row] = granularity;
      inferred.rows.push(row);
      inferred.isFirm.push(isFirm);
      flags[row] = (flags[row] as number) | SampleFlag.inferred;
    }
    if (inferred.rows.length > 0) this.inferredRows.set(batch, inferred);
  }
}
