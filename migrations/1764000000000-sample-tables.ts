/** What every sample row carries after its own columns. */
const bookkeeping = `
  zone_offset_minutes smallint NOT NULL,
  flags smallint NOT NULL DEFAULT 0,
  ingestion_seq bigint NOT NULL,
  revision smallint NOT NULL DEFAULT 0`;

/** The tables of samples, partitioned by their time. */
export const sampleTables = `
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

/** The tables of what is one row a thing: nights, workouts, events, electrocardiograms. */
export const thingTables = `
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
