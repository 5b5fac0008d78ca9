import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The role that the service reads and writes as; the owner only migrates and keeps the partitions. */
const appRole = 'health_export_app';

/** What every sample row carries after its own columns. */
const bookkeeping = `
  zone_offset_minutes smallint NOT NULL,
  flags smallint NOT NULL DEFAULT 0,
  ingestion_seq bigint NOT NULL,
  revision smallint NOT NULL DEFAULT 0`;

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

const sampleTables = `
CREATE TABLE heart_rate_metrics (
  user_id uuid NOT NULL,
  recorded_at timestamptz NOT NULL,
  source text NOT NULL DEFAULT '',
  granularity smallint NOT NULL,
  value double precision NOT NULL,
  min double precision,
  max double precision,
  ${bookkeeping},
  PRIMARY KEY (user_id, recorded_at, source, granularity)
) PARTITION BY RANGE (recorded_at);
CREATE INDEX heart_rate_metrics_recorded_at_brin ON heart_rate_metrics
  USING brin (recorded_at) WITH (autosummarize = on);

CREATE TABLE blood_pressure_metrics (
  user_id uuid NOT NULL,
  recorded_at timestamptz NOT NULL,
  source text NOT NULL DEFAULT '',
  granularity smallint NOT NULL,
  systolic double precision NOT NULL,
  diastolic double precision NOT NULL,
  ${bookkeeping},
  PRIMARY KEY (user_id, recorded_at, source, granularity)
) PARTITION BY RANGE (recorded_at);
CREATE INDEX blood_pressure_metrics_recorded_at_brin ON blood_pressure_metrics
  USING brin (recorded_at) WITH (autosummarize = on);

CREATE TABLE quantity_metrics (
  user_id uuid NOT NULL,
  metric_id smallint NOT NULL,
  recorded_at timestamptz NOT NULL,
  source text NOT NULL DEFAULT '',
  granularity smallint NOT NULL,
  context text NOT NULL DEFAULT '',
  value double precision NOT NULL,
  min double precision,
  max double precision,
  details jsonb,
  ${bookkeeping},
  PRIMARY KEY (user_id, metric_id, recorded_at, source, granularity, context)
) PARTITION BY RANGE (recorded_at);
CREATE INDEX quantity_metrics_recorded_at_brin ON quantity_metrics
  USING brin (recorded_at) WITH (autosummarize = on);

CREATE TABLE sleep_segments (
  user_id uuid NOT NULL,
  recorded_at timestamptz NOT NULL,
  source text NOT NULL DEFAULT '',
  stage text NOT NULL,
  ended_at timestamptz NOT NULL,
  ${bookkeeping},
  PRIMARY KEY (user_id, recorded_at, source, stage, ended_at)
) PARTITION BY RANGE (recorded_at);
CREATE INDEX sleep_segments_recorded_at_brin ON sleep_segments
  USING brin (recorded_at) WITH (autosummarize = on);`;

const thingTables = `
CREATE TABLE sleep_metrics (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  source text NOT NULL DEFAULT '',
  wake_date date NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at timestamptz NOT NULL,
  sleep_start_at timestamptz,
  sleep_end_at timestamptz,
  in_bed_start_at timestamptz,
  in_bed_end_at timestamptz,
  total_sleep_hours double precision,
  asleep_hours double precision,
  core_hours double precision,
  deep_hours double precision,
  rem_hours double precision,
  awake_hours double precision,
  in_bed_hours double precision,
  ${bookkeeping},
  PRIMARY KEY (user_id, id)
);
CREATE INDEX sleep_metrics_ended_at_idx ON sleep_metrics (user_id, ended_at);

CREATE TABLE workouts (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL,
  source text NOT NULL DEFAULT '',
  started_at timestamptz NOT NULL,
  ended_at timestamptz NOT NULL,
  duration_s double precision,
  location text,
  is_indoor boolean,
  active_energy_kcal double precision,
  total_energy_kcal double precision,
  distance_km double precision,
  min_heart_rate double precision,
  avg_heart_rate double precision,
  max_heart_rate double precision,
  details jsonb NOT NULL DEFAULT '{}',
  route bytea,
  route_points integer NOT NULL DEFAULT 0,
  series bytea,
  series_points integer NOT NULL DEFAULT 0,
  ${bookkeeping},
  PRIMARY KEY (user_id, id)
);
ALTER TABLE workouts ALTER COLUMN route SET STORAGE EXTERNAL, ALTER COLUMN series SET STORAGE EXTERNAL;
CREATE INDEX workouts_started_at_idx ON workouts (user_id, started_at);

CREATE TABLE health_events (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  source text NOT NULL DEFAULT '',
  started_at timestamptz NOT NULL,
  ended_at timestamptz,
  value text,
  details jsonb NOT NULL DEFAULT '{}',
  ${bookkeeping},
  PRIMARY KEY (user_id, id)
);
CREATE INDEX health_events_started_at_idx ON health_events (user_id, kind, started_at);

CREATE TABLE ecg_recordings (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  source text NOT NULL DEFAULT '',
  started_at timestamptz NOT NULL,
  ended_at timestamptz,
  classification text,
  severity text,
  average_heart_rate double precision,
  sampling_hz double precision,
  voltage_count integer NOT NULL DEFAULT 0,
  voltages bytea,
  details jsonb NOT NULL DEFAULT '{}',
  ${bookkeeping},
  PRIMARY KEY (user_id, id)
);
ALTER TABLE ecg_recordings ALTER COLUMN voltages SET STORAGE EXTERNAL;
CREATE INDEX ecg_recordings_started_at_idx ON ecg_recordings (user_id, started_at);`;

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

// A superuser may take any role; anyone else needs the grant, which two migrations may also make at the same time.
const grantAppRole = `
DO $$
BEGIN
  IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = session_user) THEN
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
