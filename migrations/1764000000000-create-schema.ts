import type { MigrationInterface, QueryRunner } from 'typeorm';
import { sampleTables, thingTables } from './1764000000000-sample-tables';

/** The role that the service reads and writes as; the owner only migrates and keeps the partitions. */
const appRole = 'health_export_app';

const peopleTables = `
CREATE TABLE users (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  time_zone text NOT NULL DEFAULT 'UTC',
  data_version bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);
CREATE INDEX users_name_idx ON users (name);

CREATE TABLE api_keys (
  user_id uuid NOT NULL REFERENCES users (id),
  key_id text NOT NULL,
  name text NOT NULL,
  digest bytea NOT NULL,
  scopes text[] NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  PRIMARY KEY (user_id, key_id)
) WITH (fillfactor = 70);
CREATE INDEX api_keys_key_id_idx ON api_keys (key_id);

CREATE TABLE audit_log (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  actor text NOT NULL,
  action text NOT NULL,
  details jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (user_id, id)
);

CREATE TABLE user_metrics (
  user_id uuid NOT NULL REFERENCES users (id),
  metric_id smallint NOT NULL CHECK (metric_id >= 10000),
  name text NOT NULL,
  unit text NOT NULL,
  PRIMARY KEY (user_id, metric_id),
  UNIQUE (user_id, name, unit)
);`;

const ingestionTables = `
CREATE SEQUENCE ingestion_seq AS bigint;

CREATE TABLE raw_ingestions (
  user_id uuid NOT NULL,
  received_at timestamptz NOT NULL,
  id uuid NOT NULL,
  ingestion_seq bigint NOT NULL DEFAULT nextval('ingestion_seq'),
  status text NOT NULL CHECK (status IN ('receiving', 'received', 'stored', 'parked')),
  content_type text NOT NULL DEFAULT '',
  sent_encoding text NOT NULL DEFAULT 'identity',
  kept_encoding text NOT NULL,
  sent_bytes bigint NOT NULL,
  body_bytes bigint NOT NULL,
  sha256 bytea NOT NULL,
  body bytea,
  piece_count integer NOT NULL DEFAULT 0,
  automation_name text,
  automation_id text,
  automation_period text,
  automation_aggregation text,
  session_id text,
  account jsonb,
  processing_ms real,
  finished_at timestamptz,
  error_code text,
  PRIMARY KEY (user_id, received_at, id)
) PARTITION BY RANGE (received_at);
ALTER TABLE raw_ingestions ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE INDEX raw_ingestions_received_at_brin ON raw_ingestions USING brin (received_at) WITH (autosummarize = on);

CREATE TABLE raw_ingestion_pieces (
  user_id uuid NOT NULL,
  received_at timestamptz NOT NULL,
  ingestion_id uuid NOT NULL,
  piece integer NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (user_id, received_at, ingestion_id, piece)
) PARTITION BY RANGE (received_at);
ALTER TABLE raw_ingestion_pieces ALTER COLUMN bytes SET STORAGE EXTERNAL;`;

const dataTables = [
  'users',
  'api_keys',
  'user_metrics',
  'raw_ingestions',
  'raw_ingestion_pieces',
  'heart_rate_metrics',
  'blood_pressure_metrics',
  'quantity_metrics',
  'sleep_segments',
  'sleep_metrics',
  'workouts',
  'health_events',
  'ecg_recordings',
];

// Roles belong to the cluster, not to the database: migrations of two databases may make this one at the same time.
const createAppRole = `
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${appRole}') THEN
    CREATE ROLE ${appRole} NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$`;

// Only who may take the role can be the service. A superuser may, an owner to whom an administrator granted it may;
// an owner who has just made it grants it to itself, which two migrations may also do at the same time. From 16 on
// being a member is not enough to take a role.
const grantAppRole = `
DO $$
BEGIN
  IF NOT pg_has_role(session_user, '${appRole}',
                     CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END) THEN
    EXECUTE format('GRANT ${appRole} TO %I', session_user);
  END IF;
EXCEPTION WHEN internal_error OR unique_violation THEN NULL;
END $$`;

/** Parents of all tables, the sequence of ingestions and the app role's rights. Partitions are made by maintenance. */
export class CreateSchema1764000000000 implements MigrationInterface {
  readonly name = 'CreateSchema1764000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const sql of [createAppRole, grantAppRole, peopleTables, ingestionTables, sampleTables, thingTables]) {
      await queryRunner.query(sql);
    }
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${dataTables.join(', ')} TO ${appRole}`);
    // Append-only: what was done to a person's data can be added to by the service, not rewritten.
    await queryRunner.query(`GRANT SELECT, INSERT ON audit_log TO ${appRole}`);
    await queryRunner.query(`GRANT USAGE ON SEQUENCE ingestion_seq TO ${appRole}`);
    await queryRunner.query(`GRANT SELECT ON migrations TO ${appRole}`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`REVOKE SELECT ON migrations FROM ${appRole}`);
    await queryRunner.query(`DROP TABLE audit_log, ${[...dataTables].reverse().join(', ')}`);
    await queryRunner.query('DROP SEQUENCE ingestion_seq');
  }
}
