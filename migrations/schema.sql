-- The schema that the migrations make, without partitions, to be read and compared; it is not run by anything.
-- Written by `npm run schema` from the catalogues of a freshly migrated database: do not edit.
-- The order and the text are the same on PostgreSQL 15 to 18.

CREATE SEQUENCE ingestion_seq AS bigint INCREMENT 1 MINVALUE 1 MAXVALUE 9223372036854775807 START 1 CACHE 1;

CREATE SEQUENCE migrations_id_seq AS integer INCREMENT 1 MINVALUE 1 MAXVALUE 2147483647 START 1 CACHE 1 OWNED BY migrations.id;

CREATE TABLE api_keys (
  user_id uuid NOT NULL,
  key_id text NOT NULL,
  name text NOT NULL,
  digest bytea NOT NULL,
  scopes text[] NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  last_used_at timestamp with time zone,
  CONSTRAINT api_keys_pkey PRIMARY KEY (user_id, key_id),
  CONSTRAINT api_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
) WITH (fillfactor=70);
CREATE INDEX api_keys_key_id_idx ON api_keys USING btree (key_id);

CREATE TABLE applied_advice (
  id uuid NOT NULL,
  advice_id text NOT NULL,
  title text NOT NULL,
  applied_at timestamp with time zone NOT NULL DEFAULT now(),
  applied_sql text[] NOT NULL,
  undo_sql text[],
  measured jsonb NOT NULL DEFAULT '[]'::jsonb,
  undone_at timestamp with time zone,
  CONSTRAINT applied_advice_pkey PRIMARY KEY (id)
);

CREATE TABLE audit_log (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  at timestamp with time zone NOT NULL DEFAULT now(),
  actor text NOT NULL,
  action text NOT NULL,
  details jsonb NOT NULL DEFAULT '{}'::jsonb,
  CONSTRAINT audit_log_pkey PRIMARY KEY (user_id, id)
);

CREATE TABLE blood_pressure_metrics (
  user_id uuid NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  source text NOT NULL DEFAULT ''::text,
  granularity smallint NOT NULL,
  systolic double precision NOT NULL,
  diastolic double precision NOT NULL,
  zone_offset_minutes smallint NOT NULL,
  flags smallint NOT NULL DEFAULT 0,
  ingestion_seq bigint NOT NULL,
  revision smallint NOT NULL DEFAULT 0,
  CONSTRAINT blood_pressure_metrics_pkey PRIMARY KEY (user_id, recorded_at, source, granularity)
) PARTITION BY RANGE (recorded_at);
CREATE INDEX blood_pressure_metrics_recorded_at_brin ON ONLY blood_pressure_metrics USING brin (recorded_at) WITH (autosummarize='on');

CREATE TABLE ecg_recordings (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  source text NOT NULL DEFAULT ''::text,
  started_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  classification text,
  severity text,
  average_heart_rate double precision,
  sampling_hz double precision,
  voltage_count integer NOT NULL DEFAULT 0,
  voltages bytea STORAGE EXTERNAL,
  details jsonb NOT NULL DEFAULT '{}'::jsonb,
  zone_offset_minutes smallint NOT NULL,
  flags smallint NOT NULL DEFAULT 0,
  ingestion_seq bigint NOT NULL,
  revision smallint NOT NULL DEFAULT 0,
  CONSTRAINT ecg_recordings_pkey PRIMARY KEY (user_id, id)
);
CREATE INDEX ecg_recordings_started_at_idx ON ecg_recordings USING btree (user_id, started_at);

CREATE TABLE health_events (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  source text NOT NULL DEFAULT ''::text,
  started_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  value text,
  details jsonb NOT NULL DEFAULT '{}'::jsonb,
  zone_offset_minutes smallint NOT NULL,
  flags smallint NOT NULL DEFAULT 0,
  ingestion_seq bigint NOT NULL,
  revision smallint NOT NULL DEFAULT 0,
  CONSTRAINT health_events_pkey PRIMARY KEY (user_id, id)
);
CREATE INDEX health_events_started_at_idx ON health_events USING btree (user_id, kind, started_at);

CREATE TABLE heart_rate_metrics (
  user_id uuid NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  source text NOT NULL DEFAULT ''::text,
  granularity smallint NOT NULL,
  value double precision NOT NULL,
  min double precision,
  max double precision,
  zone_offset_minutes smallint NOT NULL,
  flags smallint NOT NULL DEFAULT 0,
  ingestion_seq bigint NOT NULL,
  revision smallint NOT NULL DEFAULT 0,
  CONSTRAINT heart_rate_metrics_pkey PRIMARY KEY (user_id, recorded_at, source, granularity)
) PARTITION BY RANGE (recorded_at);
CREATE INDEX heart_rate_metrics_recorded_at_brin ON ONLY heart_rate_metrics USING brin (recorded_at) WITH (autosummarize='on');

CREATE TABLE ingestion_work (
  user_id uuid NOT NULL,
  ingestion_id uuid NOT NULL,
  received_at timestamp with time zone NOT NULL,
  kind text NOT NULL,
  due_at timestamp with time zone NOT NULL,
  attempts smallint NOT NULL DEFAULT 0,
  claims integer NOT NULL DEFAULT 0,
  holder uuid,
  lease_until timestamp with time zone,
  checkpoint jsonb,
  bytes_done bigint NOT NULL DEFAULT 0,
  samples_done bigint NOT NULL DEFAULT 0,
  worked_ms double precision NOT NULL DEFAULT 0,
  opened_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT ingestion_work_pkey PRIMARY KEY (user_id, ingestion_id),
  CONSTRAINT ingestion_work_kind_check CHECK ((kind = ANY (ARRAY['receive'::text, 'derive'::text, 'rederive'::text])))
) WITH (fillfactor=50, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=200);
CREATE INDEX ingestion_work_due_at_idx ON ingestion_work USING btree (due_at);

CREATE TABLE metric_rollups (
  user_id uuid NOT NULL,
  metric_id smallint NOT NULL,
  span smallint NOT NULL,
  local_start timestamp without time zone NOT NULL,
  zone_offset_minutes smallint NOT NULL,
  source text NOT NULL,
  granularity smallint NOT NULL,
  part smallint NOT NULL,
  samples integer NOT NULL,
  sum double precision NOT NULL,
  min double precision NOT NULL,
  max double precision NOT NULL,
  last double precision NOT NULL,
  last_at timestamp with time zone NOT NULL,
  CONSTRAINT metric_rollups_pkey PRIMARY KEY (user_id, metric_id, span, local_start, zone_offset_minutes, source, granularity, part),
  CONSTRAINT metric_rollups_span_check CHECK ((span = ANY (ARRAY[2, 3])))
) WITH (fillfactor=80);

CREATE TABLE migrations (
  id integer NOT NULL DEFAULT nextval('migrations_id_seq'::regclass),
  "timestamp" bigint NOT NULL,
  name character varying NOT NULL,
  CONSTRAINT "PK_8c82d7f526340ab734260ea46be" PRIMARY KEY (id)
);

CREATE TABLE optimizer_snapshots (
  source text NOT NULL,
  taken_at timestamp with time zone NOT NULL DEFAULT now(),
  content jsonb NOT NULL,
  CONSTRAINT optimizer_snapshots_pkey PRIMARY KEY (source, taken_at)
);

CREATE TABLE quantity_metrics (
  user_id uuid NOT NULL,
  metric_id smallint NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  source text NOT NULL DEFAULT ''::text,
  granularity smallint NOT NULL,
  context text NOT NULL DEFAULT ''::text,
  value double precision NOT NULL,
  min double precision,
  max double precision,
  details jsonb,
  zone_offset_minutes smallint NOT NULL,
  flags smallint NOT NULL DEFAULT 0,
  ingestion_seq bigint NOT NULL,
  revision smallint NOT NULL DEFAULT 0,
  CONSTRAINT quantity_metrics_pkey PRIMARY KEY (user_id, metric_id, recorded_at, source, granularity, context)
) PARTITION BY RANGE (recorded_at);
CREATE INDEX quantity_metrics_recorded_at_brin ON ONLY quantity_metrics USING brin (recorded_at) WITH (autosummarize='on');

CREATE TABLE raw_ingestion_pieces (
  user_id uuid NOT NULL,
  received_at timestamp with time zone NOT NULL,
  ingestion_id uuid NOT NULL,
  piece integer NOT NULL,
  bytes bytea STORAGE EXTERNAL NOT NULL,
  CONSTRAINT raw_ingestion_pieces_pkey PRIMARY KEY (user_id, received_at, ingestion_id, piece)
) PARTITION BY RANGE (received_at);

CREATE TABLE raw_ingestions (
  user_id uuid NOT NULL,
  received_at timestamp with time zone NOT NULL,
  id uuid NOT NULL,
  ingestion_seq bigint NOT NULL DEFAULT nextval('ingestion_seq'::regclass),
  status text NOT NULL,
  content_type text NOT NULL DEFAULT ''::text,
  sent_encoding text NOT NULL DEFAULT 'identity'::text,
  kept_encoding text NOT NULL,
  sent_bytes bigint NOT NULL,
  body_bytes bigint NOT NULL,
  sha256 bytea NOT NULL,
  body bytea STORAGE EXTERNAL,
  piece_count integer NOT NULL DEFAULT 0,
  automation_name text,
  automation_id text,
  automation_period text,
  automation_aggregation text,
  session_id text,
  account jsonb,
  processing_ms real,
  finished_at timestamp with time zone,
  error_code text,
  error_detail text,
  attempts smallint NOT NULL DEFAULT 0,
  extents jsonb,
  time_zone text,
  CONSTRAINT raw_ingestions_pkey PRIMARY KEY (user_id, received_at, id),
  CONSTRAINT raw_ingestions_status_check CHECK ((status = ANY (ARRAY['receiving'::text, 'received'::text, 'stored'::text, 'parked'::text])))
) PARTITION BY RANGE (received_at);
CREATE INDEX raw_ingestions_not_stored_idx ON ONLY raw_ingestions USING btree (user_id, received_at, id) WHERE status <> 'stored'::text;
CREATE INDEX raw_ingestions_received_at_brin ON ONLY raw_ingestions USING brin (received_at) WITH (autosummarize='on');

CREATE TABLE rollup_marks (
  user_id uuid NOT NULL,
  metric_id smallint NOT NULL,
  local_date date NOT NULL,
  CONSTRAINT rollup_marks_pkey PRIMARY KEY (user_id, metric_id, local_date)
) WITH (autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=2000);

CREATE TABLE sleep_metrics (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  source text NOT NULL DEFAULT ''::text,
  wake_date date NOT NULL,
  started_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone NOT NULL,
  sleep_start_at timestamp with time zone,
  sleep_end_at timestamp with time zone,
  in_bed_start_at timestamp with time zone,
  in_bed_end_at timestamp with time zone,
  total_sleep_hours double precision,
  asleep_hours double precision,
  core_hours double precision,
  deep_hours double precision,
  rem_hours double precision,
  awake_hours double precision,
  in_bed_hours double precision,
  zone_offset_minutes smallint NOT NULL,
  flags smallint NOT NULL DEFAULT 0,
  ingestion_seq bigint NOT NULL,
  revision smallint NOT NULL DEFAULT 0,
  CONSTRAINT sleep_metrics_pkey PRIMARY KEY (user_id, id)
);
CREATE INDEX sleep_metrics_ended_at_idx ON sleep_metrics USING btree (user_id, ended_at);

CREATE TABLE sleep_segments (
  user_id uuid NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  source text NOT NULL DEFAULT ''::text,
  stage text NOT NULL,
  ended_at timestamp with time zone NOT NULL,
  zone_offset_minutes smallint NOT NULL,
  flags smallint NOT NULL DEFAULT 0,
  ingestion_seq bigint NOT NULL,
  revision smallint NOT NULL DEFAULT 0,
  CONSTRAINT sleep_segments_pkey PRIMARY KEY (user_id, recorded_at, source, stage, ended_at)
) PARTITION BY RANGE (recorded_at);
CREATE INDEX sleep_segments_recorded_at_brin ON ONLY sleep_segments USING brin (recorded_at) WITH (autosummarize='on');

CREATE TABLE user_metrics (
  user_id uuid NOT NULL,
  metric_id smallint NOT NULL,
  name text NOT NULL,
  unit text NOT NULL,
  CONSTRAINT user_metrics_pkey PRIMARY KEY (user_id, metric_id),
  CONSTRAINT user_metrics_user_id_name_unit_key UNIQUE (user_id, name, unit),
  CONSTRAINT user_metrics_metric_id_check CHECK ((metric_id >= 10000)),
  CONSTRAINT user_metrics_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);

CREATE TABLE users (
  id uuid NOT NULL,
  name text NOT NULL,
  time_zone text NOT NULL DEFAULT 'UTC'::text,
  data_version bigint NOT NULL DEFAULT 0,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  source_priority text[] NOT NULL DEFAULT '{}'::text[],
  history_version bigint NOT NULL DEFAULT 0,
  CONSTRAINT users_pkey PRIMARY KEY (id)
) WITH (fillfactor=50);
CREATE INDEX users_name_idx ON users USING btree (name);

CREATE TABLE workouts (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL,
  source text NOT NULL DEFAULT ''::text,
  started_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone NOT NULL,
  duration_s double precision,
  location text,
  is_indoor boolean,
  active_energy_kcal double precision,
  total_energy_kcal double precision,
  distance_km double precision,
  min_heart_rate double precision,
  avg_heart_rate double precision,
  max_heart_rate double precision,
  details jsonb NOT NULL DEFAULT '{}'::jsonb,
  route bytea STORAGE EXTERNAL,
  route_points integer NOT NULL DEFAULT 0,
  series bytea STORAGE EXTERNAL,
  series_points integer NOT NULL DEFAULT 0,
  zone_offset_minutes smallint NOT NULL,
  flags smallint NOT NULL DEFAULT 0,
  ingestion_seq bigint NOT NULL,
  revision smallint NOT NULL DEFAULT 0,
  CONSTRAINT workouts_pkey PRIMARY KEY (user_id, id)
);
CREATE INDEX workouts_started_at_idx ON workouts USING btree (user_id, started_at);

CREATE OR REPLACE FUNCTION public.mark_deleted_blood_pressure_metrics()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO rollup_marks SELECT DISTINCT * FROM (SELECT user_id, 107::smallint, (recorded_at AT TIME ZONE 'UTC' + make_interval(mins => zone_offset_minutes))::date FROM before) days ON CONFLICT DO NOTHING;
  RETURN NULL;
END $function$
;

CREATE OR REPLACE FUNCTION public.mark_deleted_heart_rate_metrics()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO rollup_marks SELECT DISTINCT * FROM (SELECT user_id, 101::smallint, (recorded_at AT TIME ZONE 'UTC' + make_interval(mins => zone_offset_minutes))::date FROM before) days ON CONFLICT DO NOTHING;
  RETURN NULL;
END $function$
;

CREATE OR REPLACE FUNCTION public.mark_deleted_quantity_metrics()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO rollup_marks SELECT DISTINCT * FROM (SELECT user_id, metric_id, (recorded_at AT TIME ZONE 'UTC' + make_interval(mins => zone_offset_minutes))::date FROM before) days ON CONFLICT DO NOTHING;
  RETURN NULL;
END $function$
;

CREATE OR REPLACE FUNCTION public.mark_updated_blood_pressure_metrics()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF EXISTS (SELECT FROM before) THEN
    INSERT INTO rollup_marks SELECT user_id, 107::smallint, (recorded_at AT TIME ZONE 'UTC' + make_interval(mins => zone_offset_minutes))::date FROM before UNION SELECT user_id, 107::smallint, (recorded_at AT TIME ZONE 'UTC' + make_interval(mins => zone_offset_minutes))::date FROM after ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END $function$
;

CREATE OR REPLACE FUNCTION public.mark_updated_heart_rate_metrics()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF EXISTS (SELECT FROM before) THEN
    INSERT INTO rollup_marks SELECT user_id, 101::smallint, (recorded_at AT TIME ZONE 'UTC' + make_interval(mins => zone_offset_minutes))::date FROM before UNION SELECT user_id, 101::smallint, (recorded_at AT TIME ZONE 'UTC' + make_interval(mins => zone_offset_minutes))::date FROM after ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END $function$
;

CREATE OR REPLACE FUNCTION public.mark_updated_quantity_metrics()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF EXISTS (SELECT FROM before) THEN
    INSERT INTO rollup_marks SELECT user_id, metric_id, (recorded_at AT TIME ZONE 'UTC' + make_interval(mins => zone_offset_minutes))::date FROM before UNION SELECT user_id, metric_id, (recorded_at AT TIME ZONE 'UTC' + make_interval(mins => zone_offset_minutes))::date FROM after ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END $function$
;

CREATE TRIGGER mark_deleted AFTER DELETE ON public.blood_pressure_metrics REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION mark_deleted_blood_pressure_metrics();
CREATE TRIGGER mark_updated AFTER UPDATE ON public.blood_pressure_metrics REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_updated_blood_pressure_metrics();
CREATE TRIGGER mark_deleted AFTER DELETE ON public.heart_rate_metrics REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION mark_deleted_heart_rate_metrics();
CREATE TRIGGER mark_updated AFTER UPDATE ON public.heart_rate_metrics REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_updated_heart_rate_metrics();
CREATE TRIGGER mark_deleted AFTER DELETE ON public.quantity_metrics REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION mark_deleted_quantity_metrics();
CREATE TRIGGER mark_updated AFTER UPDATE ON public.quantity_metrics REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_updated_quantity_metrics();

GRANT DELETE, INSERT, SELECT, UPDATE ON api_keys TO health_export_app;
GRANT SELECT ON applied_advice TO health_export_app;
GRANT INSERT, SELECT ON audit_log TO health_export_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON blood_pressure_metrics TO health_export_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON ecg_recordings TO health_export_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON health_events TO health_export_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON heart_rate_metrics TO health_export_app;
GRANT USAGE ON SEQUENCE ingestion_seq TO health_export_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON ingestion_work TO health_export_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON metric_rollups TO health_export_app;
GRANT SELECT ON migrations TO health_export_app;
GRANT SELECT ON optimizer_snapshots TO health_export_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON quantity_metrics TO health_export_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON raw_ingestion_pieces TO health_export_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON raw_ingestions TO health_export_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON rollup_marks TO health_export_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON sleep_metrics TO health_export_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON sleep_segments TO health_export_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON user_metrics TO health_export_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON users TO health_export_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON workouts TO health_export_app;
