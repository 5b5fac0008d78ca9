import type { ColumnBatch, NumberColumn, ObjectColumn } from '../../batch/column-batch';
import type { Family } from '../../catalogue/family';

/** The columns of heart rates and quantities, found once a batch and not once a sample. */
export class SampleColumns {
  readonly recordedAt: NumberColumn;
  readonly source: ObjectColumn;
  readonly granularity: NumberColumn;
  readonly value: NumberColumn;
  readonly min: NumberColumn;
  readonly max: NumberColumn;
  readonly zoneOffsetMinutes: NumberColumn;
  readonly flags: NumberColumn;
  /** What only quantities have. */
  readonly quantity: {
    readonly metricId: NumberColumn;
    readonly context: ObjectColumn;
    readonly details: ObjectColumn;
  } | null;

  constructor(readonly batch: ColumnBatch) {
    this.recordedAt = batch.numbers('recorded_at');
    this.source = batch.objects('source');
    this.granularity = batch.numbers('granularity');
    this.value = batch.numbers('value');
    this.min = batch.numbers('min');
    this.max = batch.numbers('max');
    this.zoneOffsetMinutes = batch.numbers('zone_offset_minutes');
    this.flags = batch.numbers('flags');
    this.quantity = hasColumn(batch.family, 'metric_id')
      ? { metricId: batch.numbers('metric_id'), context: batch.objects('context'), details: batch.objects('details') }
      : null;
  }
}

function hasColumn({ columns }: Family, name: string): boolean {
  return columns.some((column) => column.name === name);
}
