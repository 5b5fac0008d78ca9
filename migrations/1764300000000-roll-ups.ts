import type { MigrationInterface, QueryRunner } from 'typeorm';

const tables = `
CREATE TABLE metric_rollups (
  user_id uuid NOT NULL,
  metric_id smallint NOT NULL,
  span smallint NOT NULL CHECK (span IN (2, 3)),
  local_start timestamp NOT NULL,
  zone_offset_minutes smallint NOT NULL,
  source text NOT NULL,
  granularity smallint NOT NULL,
  part smallint NOT NULL,
  samples integer NOT NULL,
  sum double precision NOT NULL,
  min double precision NOT NULL,
  max double precision NOT NULL,
  last double precision NOT NULL,
  last_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, metric_id, span, local_start, zone_offset_minutes, source, granularity, part)
) WITH (fillfactor = 80);

CREATE TABLE rollup_marks (
  user_id uuid NOT NULL,
  metric_id smallint NOT NULL,
  local_date date NOT NULL,
  PRIMARY KEY (user_id, metric_id, local_date)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

ALTER TABLE users ADD source_priority text[] NOT NULL DEFAULT '{}';`;

/** The local day of a row, by its own offset. */
const localDate = `(recorded_at AT TIME ZONE 'UTC' + make_interval(mins => zone_offset_minutes))::date`;

/** Tables whose samples are rolled up, and the metric of a row: a column, or the one metric of the table. */
const rolledTables = [
  { table: 'heart_rate_metrics', metric: '101::smallint' },
  { table: 'blood_pressure_metrics', metric: '107::smallint' },
  { table: 'quantity_metrics', metric: 'metric_id' },
] as const;

function touched(from: string, metric: string): string {
  return `SELECT user_id, ${metric}, ${localDate} FROM ${from}`;
}

/**
 * Whoever deletes or changes samples marks their days, set by set, whether they know of roll-ups or not: the day that a
 * row was on before, and the one that it is on now. New rows are marked by the writer: a trigger on INSERT would keep
 * COPY into a partitioned table from writing whole pages.
 */
function markTriggers({ table, metric }: { readonly table: string; readonly metric: string }): string {
  const mark = (rows: string): string => `INSERT INTO rollup_marks ${rows} ON CONFLICT DO NOTHING;`;
  return `
CREATE FUNCTION mark_deleted_${table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  ${mark(`SELECT DISTINCT * FROM (${touched('before', metric)}) days`)}
  RETURN NULL;
END $$;
CREATE TRIGGER mark_deleted AFTER DELETE ON ${table}
  REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION mark_deleted_${table}();

CREATE FUNCTION mark_updated_${table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM before) THEN
    ${mark(`${touched('before', metric)} UNION ${touched('after', metric)}`)}
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER mark_updated AFTER UPDATE ON ${table}
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION mark_updated_${table}();`;
}

/** Roll-ups of hours and days, the marks of days that they do not tell the truth about, and each user's best sources. */
export class AddRollups1764300000000 implements MigrationInterface {
  readonly name = 'AddRollups1764300000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(tables);
    for (const rolled of rolledTables) {
      await queryRunner.query(markTriggers(rolled));
      // What is stored already is computed like anything that has just come; until then it is answered from samples.
      await queryRunner.query(
        `INSERT INTO rollup_marks SELECT DISTINCT * FROM (${touched(rolled.table, rolled.metric)}) d`,
      );
    }
    await queryRunner.query(
      'GRANT SELECT, INSERT, UPDATE, DELETE ON metric_rollups, rollup_marks TO health_export_app',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const { table } of rolledTables) {
      await queryRunner.query(`DROP TRIGGER mark_deleted ON ${table}; DROP TRIGGER mark_updated ON ${table}`);
      await queryRunner.query(`DROP FUNCTION mark_deleted_${table}(), mark_updated_${table}()`);
    }
    await queryRunner.query('DROP TABLE metric_rollups, rollup_marks; ALTER TABLE users DROP source_priority');
  }
}
