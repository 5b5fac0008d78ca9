-- The role that Grafana reads a person's data with: it reads what the dashboard shows, and nothing else: no keys, no
-- payloads, no routes. Run with psql by the owner of the tables, again at each start: it may be run any number of times.
\getenv password GRAFANA_READER_PASSWORD

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'health_export_reader') THEN
    CREATE ROLE health_export_reader;
  END IF;
  -- What row-level security goes by. A person who is added later is in it from the next run on.
  EXECUTE format('ALTER ROLE health_export_reader SET app.user_ids = %L',
                 (SELECT coalesce(array_agg(id ORDER BY id), '{}')::text FROM users));
END $$;

ALTER ROLE health_export_reader LOGIN CONNECTION LIMIT 10 PASSWORD :'password';
ALTER ROLE health_export_reader SET default_transaction_read_only = on;
ALTER ROLE health_export_reader SET statement_timeout = '10s';

GRANT SELECT (id, name, source_priority) ON users TO health_export_reader;
GRANT SELECT ON metric_rollups, sleep_metrics, sleep_segments TO health_export_reader;
GRANT SELECT (user_id, id, name, source, started_at, ended_at, duration_s, active_energy_kcal, distance_km,
              avg_heart_rate, max_heart_rate, zone_offset_minutes) ON workouts TO health_export_reader;
