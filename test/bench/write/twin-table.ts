import type { Client } from 'pg';

/**
 * Makes a twin of `heart_rate_metrics` in a schema of its own: the same partitions, keys and indexes, and no rows. A
 * connection that looks into that schema first writes to the twin with the same statements.
 */
export async function createTwinTable(owner: Client, schema: string): Promise<void> {
  await owner.query(`
    CREATE SCHEMA ${schema};
    GRANT USAGE ON SCHEMA ${schema} TO health_export_app;
    CREATE TABLE ${schema}.heart_rate_metrics (LIKE public.heart_rate_metrics INCLUDING ALL)
      PARTITION BY RANGE (recorded_at);
    GRANT SELECT, INSERT, UPDATE, DELETE ON ${schema}.heart_rate_metrics TO health_export_app`);
  const { rows } = await owner.query(`
    SELECT child.relname AS name, pg_get_expr(child.relpartbound, child.oid) AS bounds
      FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
     WHERE inhparent = 'public.heart_rate_metrics'::regclass`);
  for (const { name, bounds } of rows) {
    await owner.query(`CREATE TABLE ${schema}.${name} PARTITION OF ${schema}.heart_rate_metrics ${bounds}`);
  }
}

/** Rows of a table of a schema. */
export async function countRows(owner: Client, schema: string): Promise<number> {
  const { rows } = await owner.query(`SELECT count(*)::float8 AS count FROM ${schema}.heart_rate_metrics`);
  return rows[0].count;
}
