import { Column, Entity, PrimaryColumn } from 'typeorm';

/** `heart_rate_metrics` as TypeORM would write it. */
@Entity('heart_rate_metrics')
export class HeartRateEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: string;

  @PrimaryColumn('timestamptz', { name: 'recorded_at' })
  recordedAt!: Date;

  @PrimaryColumn('text')
  source!: string;

  @PrimaryColumn('smallint')
  granularity!: number;

  @Column('double precision')
  value!: number;

  @Column('double precision')
  min!: number;

  @Column('double precision')
  max!: number;

  @Column('smallint', { name: 'zone_offset_minutes' })
  zoneOffsetMinutes!: number;

  @Column('smallint')
  flags!: number;

  @Column('bigint', { name: 'ingestion_seq' })
  ingestionSeq!: string;
}
