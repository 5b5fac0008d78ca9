import type { MigrationInterface, QueryRunner } from 'typeorm';

const appRole = 'health_export_app';

/**
 * One row for each ingestion that is not finished: small, in no partition, and empty when there is nothing to do. Its
 * rows are updated often and live for seconds, so they have room on their page and are cleaned up early.
 */
const workTable = `
CREATE TABLE ingestion_work (
  user_id uuid NOT NULL,
  ingestion_id uuid NOT NULL,
  received_at timestamptz NOT NULL,
  kind text NOT NULL CHECK (kind IN ('receive', 'derive', 'rederive')),
  due_at timestamptz NOT NULL,
  attempts smallint NOT NULL DEFAULT 0,
  claims integer NOT NULL DEFAULT 0,
  holder uuid,
  lease_until timestamptz,
  checkpoint jsonb,
  bytes_done bigint NOT NULL DEFAULT 0,
  samples_done bigint NOT NULL DEFAULT 0,
  worked_ms double precision NOT NULL DEFAULT 0,
  opened_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, ingestion_id)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);
CREATE INDEX ingestion_work_due_at_idx ON ingestion_work (due_at);`;

// Nearly every ingestion is stored as it is inserted and never enters the index.
const parking = `
ALTER TABLE raw_ingestions ADD COLUMN error_detail text, ADD COLUMN attempts smallint NOT NULL DEFAULT 0;
CREATE INDEX raw_ingestions_not_stored_idx ON raw_ingestions (user_id, received_at, id) WHERE status <> 'stored';`;

/** The work on ingestions that are not done when their request is answered, and what is kept of those that failed. */
export class IngestionWork1764100000000 implements MigrationInterface {
  readonly name = 'IngestionWork1764100000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(workTable);
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ingestion_work TO ${appRole}`);
    await queryRunner.query(parking);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX raw_ingestions_not_stored_idx');
    await queryRunner.query('ALTER TABLE raw_ingestions DROP COLUMN error_detail, DROP COLUMN attempts');
    await queryRunner.query('DROP TABLE ingestion_work');
  }
}
