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

/** Rows of one metric in one batch whose granularity only shows when all of them are known. */
interface OpenGranularity {
  readonly rows: number[];
  readonly block: BlockGranularity;
}

/** The column batches of one payload, one per family, made when first asked for. */
export class NormalisedPayload {
  private readonly batches = new Map<Family, ColumnBatch>();
  /** By batch, then by metric: samples of one metric in two shapes can go to two families. */
  private readonly openGranularities = new Map<ColumnBatch, Map<number, OpenGranularity>>();
  private readonly inferredRows = new Map<ColumnBatch, { rows: number[]; isFirm: boolean[] }>();

  constructor(readonly context: PayloadContext) {}

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
   * (NaN), it is found by {@link settle} from all such samples of the metric in this batch.
   */
  addSample(batch: ColumnBatch, metricId: number, row: number, recordedAt: Instant): void {
    if (!Number.isNaN(batch.numbers('granularity').values[row])) return;
    const openOfBatch = this.openGranularities.get(batch) ?? new Map<number, OpenGranularity>();
    this.openGranularities.set(batch, openOfBatch);
    const open = openOfBatch.get(metricId) ?? { rows: [], block: new BlockGranularity() };
    openOfBatch.set(metricId, open);
    open.rows.push(row);
    open.block.add(recordedAt);
  }

  /** Fills in the granularities that depend on a metric's samples as a whole; to be called when all have been read. */
  settle(): void {
    for (const [batch, openOfBatch] of this.openGranularities) {
      const granularities = batch.numbers('granularity').values;
      for (const { rows, block } of openOfBatch.values()) {
        const granularity = block.result();
        const isFirm = rows.length >= firmBlockSamples;
        for (const row of rows) {
          granularities[row] = granularity;
          this.noteInferred(batch, row, isFirm);
        }
      }
    }
    this.openGranularities.clear();
  }

  /** The rows of a batch whose granularity was inferred and could be another in other company; null when none. */
  inferred(batch: ColumnBatch): InferredRows | null {
    return this.inferredRows.get(batch) ?? null;
  }

  private noteInferred(batch: ColumnBatch, row: number, isFirm: boolean): void {
    // Between full minutes nothing can be but raw, whatever its company.
    if ((batch.numbers('recorded_at').values[row] as number) % 60_000 !== 0) return;
    const inferred = this.inferredRows.get(batch) ?? { rows: [], isFirm: [] };
    inferred.rows.push(row);
    inferred.isFirm.push(isFirm);
    const flags = batch.numbers('flags').values;
    flags[row] = (flags[row] as number) | SampleFlag.inferred;
    this.inferredRows.set(batch, inferred);
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
}
