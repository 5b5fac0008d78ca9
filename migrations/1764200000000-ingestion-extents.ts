import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What writing an ingestion again needs to know of it: when its samples lie, so that those can be found that hold the
 * same ones, and the zone that its dates were read in. Both are NULL for ingestions from before.
 */
export class IngestionExtents1764200000000 implements MigrationInterface {
  readonly name = 'IngestionExtents1764200000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE raw_ingestions ADD COLUMN extents jsonb, ADD COLUMN time_zone text');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE raw_ingestions DROP COLUMN extents, DROP COLUMN time_zone');
  }
}
